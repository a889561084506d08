using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Clocks;

namespace Orchestrator.Tests;

/// <summary>A time server in the test: it answers each question with the packets that the test makes of it, from this socket or from another one.</summary>
internal sealed class TimeServer : IDisposable
{
    private readonly Socket _socket = Bound();
    private readonly Socket _stranger = Bound();
    private readonly Func<byte[], IEnumerable<Answer>> _answers;
    private int _questions;

    public TimeServer(Func<byte[], IEnumerable<Answer>> answers)
    {
        _answers = answers;
        _ = Serve();
    }

    public int Questions => Volatile.Read(ref _questions);

    public TimeSource Source => new("127.0.0.1", ((IPEndPoint)_socket.LocalEndPoint!).Port);

    /// <summary>A server that says this time.</summary>
    public static TimeServer Saying(DateTimeOffset now) => new(question => [new Answer(Packet(question, now))]);

    /// <summary>A right answer.</summary>
    public static byte[] Packet(byte[] question, DateTimeOffset now)
    {
        var packet = new byte[SntpPacket.Length];
        packet[0] = 0b00_100_100;
        packet[1] = 2;
        question.AsSpan(40, 8).CopyTo(packet.AsSpan(24));
        Write(packet.AsSpan(32), now);
        Write(packet.AsSpan(40), now);
        return packet;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stranger.Dispose();
    }

    private static void Write(Span<byte> bytes, DateTimeOffset time)
    {
        var ticks = (time - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).Ticks;
        // The upper bits of the seconds are the era, which is not sent.
        BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)(ticks / TimeSpan.TicksPerSecond)));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)(((ulong)(ticks % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond));
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task Serve()
    {
        var packet = new byte[512];
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveFromAsync(packet, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                Interlocked.Increment(ref _questions);
                foreach (var answer in _answers(packet[..question.ReceivedBytes]))
                {
                    await (answer.IsStrangers ? _stranger : _socket).SendToAsync(answer.Packet, SocketFlags.None, question.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

/// <summary>A packet to the client.</summary>
/// <param name="IsStrangers">Sent from another address than the one that was asked.</param>
internal sealed record Answer(byte[] Packet, bool IsStrangers = false);
