using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Orchestrator.Connections;
using Orchestrator.WebSockets;

namespace Orchestrator.Packets;

/// <summary>One packet socket, for as long as its request lasts.</summary>
internal sealed class PacketSocket : IFrameWriter
{
    // A client that does not read does not hear it either.
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    private readonly HttpContext _http;
    private readonly SocketWriter _writer;
    private readonly WebSocket _socket;
    private readonly WebSocketReader _reader;
    private readonly Limits _limits;
    private readonly TaskCompletionSource _isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isClosing;

    private PacketSocket(HttpContext http, Stream stream, Limits limits)
    {
        _http = http;
        _limits = limits;
        _writer = new SocketWriter(stream);
        // A client that reads nothing, not even the pings, is gone.
        var silence = TimeSpan.FromSeconds(limits.SilenceSeconds) / 2;
        _socket = WebSocket.CreateFromStream(
            new SocketStream(stream, _writer, Cut), new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = silence, KeepAliveTimeout = silence });
        _reader = new WebSocketReader(_socket, limits.FrameBytesMax);
    }

    public static async Task<PacketSocket> Accept(HttpContext http, Limits limits) => new(http, await WebSocketHandshake.Accept(http), limits);

    public ValueTask Write(ReadOnlyMemory<byte> messages) => _writer.Write(messages);

    public void Abort(CloseCode code) => Close((int)code, code.ToString());

    /// <summary>Reads until the socket has ended, from whichever side.</summary>
    public async Task Run(PacketInbox inbox, OutboundQueue outbound)
    {
        try
        {
            while (await _reader.Read() is not WebSocketNews.Close and var news)
            {
                await Take(news, inbox, outbound);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It was cut, or it sent what is no WebSocket, which has been told already.
        }
        finally
        {
            _isRead.TrySetResult();
            _reader.Release();
            outbound.End();
            Close((int)WebSocketCloseStatus.NormalClosure, "");
            await _isClosed.Task;
            _socket.Dispose();
        }
    }

    /// <summary>The WebSocket has given up: its pings were not answered. Reading would go on until the network notices.</summary>
    private void Cut()
    {
        if (!_isRead.Task.IsCompleted)
        {
            _http.Abort();
        }
    }

    private Task Take(WebSocketNews news, PacketInbox inbox, OutboundQueue outbound)
    {
        if (Volatile.Read(ref _isClosing) == 1)
        {
            // Until it has heard that it is closed it may say what it likes.
            return Task.CompletedTask;
        }

        if (news == WebSocketNews.Binary)
        {
            return inbox.Received(_reader.Message, _http.RequestAborted);
        }

        outbound.End();
        if (news == WebSocketNews.Text)
        {
            Close((int)WebSocketCloseStatus.InvalidMessageType, "A packet socket takes binary messages.");
        }
        else
        {
            Close((int)WebSocketCloseStatus.MessageTooBig, $"A message may have at most {_limits.FrameBytesMax} bytes.");
        }

        return Task.CompletedTask;
    }

    private void Close(int status, string reason)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) == 0)
        {
            _ = SayAndEnd(status, reason);
        }
    }

    /// <summary>Tells the client why, and ends the connection when it has heard it, or after a while.</summary>
    private async Task SayAndEnd(int status, string reason)
    {
        // Whoever closes it may hold the lock of its queue.
        await Task.Yield();
        using var farewell = new CancellationTokenSource(FarewellMax);
        try
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)status, reason, farewell.Token);
            await _isRead.Task.WaitAsync(farewell.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone already, or does not read.
            _http.Abort();
        }
        finally
        {
            _isClosed.SetResult();
        }
    }
}
