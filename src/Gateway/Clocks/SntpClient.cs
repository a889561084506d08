using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Clocks;

/// <summary>A time, and when we knew it.</summary>
/// <param name="Timestamp">Of the local clock that never goes back.</param>
public sealed record TimeReading(DateTimeOffset Utc, long Timestamp);

/// <summary>Asks an NTP server once (SNTP, RFC 4330).</summary>
public sealed class SntpClient(TimeProvider time, ILogger<SntpClient> log)
{
    /// <summary>The time that the server gives; null when it gives none within the time allowed.</summary>
    public async Task<TimeReading?> Ask(TimeSource source, TimeSpan timeout)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(source.Server, patience.Token);
            return addresses.Length == 0 ? null : await Ask(new IPEndPoint(addresses[0], source.Port), patience.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            log.LogInformation("The time source {Server}:{Port} does not answer: {Why}", source.Server, source.Port, e.Message);
            return null;
        }
    }

    private async Task<TimeReading?> Ask(IPEndPoint server, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var question = SntpPacket.Ask();
        var (sentAt, sentTimestamp) = (time.GetUtcNow(), time.GetTimestamp());
        await socket.SendToAsync(question, SocketFlags.None, server, cancellationToken);
        // One byte more than an answer has, so that a longer one is seen to be none.
        var packet = new byte[SntpPacket.Length + 1];
        while (true)
        {
            var received = await socket.ReceiveFromAsync(packet, SocketFlags.None, server, cancellationToken);
            var timestamp = time.GetTimestamp();
            var answer = packet.AsSpan(0, received.ReceivedBytes);
            // What somebody else sends, or what answers another question, is as if it had not come.
            if (!received.RemoteEndPoint.Equals(server) || !SntpPacket.IsAnswer(answer, question))
            {
                continue;
            }

            if (SntpPacket.Read(answer) is not { } times)
            {
                log.LogInformation("The time source {Server} has no time to give", server);
                return null;
            }

            var receivedAt = sentAt + time.GetElapsedTime(sentTimestamp, timestamp);
            var offset = ((times.Received - sentAt) + (times.Sent - receivedAt)) / 2;
            return new TimeReading(receivedAt + offset, timestamp);
        }
    }
}
