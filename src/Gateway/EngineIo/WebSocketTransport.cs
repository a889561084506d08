using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.WebSockets;

namespace Orchestrator.EngineIo;

/// <summary>A WebSocket of a connection, for as long as its request lasts.</summary>
internal sealed class WebSocketTransport : IEngineIoTransport
{
    private const int DrainBytes = 4_096;
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);
    private static readonly ReadOnlyMemory<byte> Probe = "2probe"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ProbeAnswer = "3probe"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Come = "5"u8.ToArray();

    private readonly HttpContext _http;
    private readonly EngineIoContext _context;
    private readonly Stream _stream;
    private readonly WebSocket _socket;
    private Socket? _plainSocket;
    private readonly SocketWriter _writer;
    private readonly WebSocketReader _reader;
    private readonly Lock _gate = new();
    private Task? _closing;
    private TaskCompletionSource? _reading;
    private bool _isRead;

    private WebSocketTransport(HttpContext http, Stream stream, EngineIoContext context)
    {
        _http = http;
        _context = context;
        _stream = stream;
        _plainSocket = WebSocketHandshake.PlainSocketOf(http);
        _writer = new SocketWriter(stream);
        _socket = WebSocketHandshake.Open(new SocketStream(stream, _writer));
        _reader = new WebSocketReader(_socket, context.Limits.FrameBytesMax);
    }

    /// <summary>Whether writes go to the socket of the connection itself.</summary>
    public bool IsDirect => _writer.IsDirect;

    public static async Task<WebSocketTransport> Accept(HttpContext http, EngineIoContext context) => new(http, await WebSocketHandshake.Accept(http), context);

    public ValueTask<bool> Write(ReadOnlyMemory<byte> frames)
    {
        var write = _writer.Write(frames);
        return write.IsCompletedSuccessfully ? ValueTask.FromResult(true) : Written(write);
    }

    /// <summary>Reads for a connection that begins on it, until both have ended; then it is none of these any more.</summary>
    public Task Run(EngineIoConnection connection, EngineIoConnections connections) => Use(connection, ReadAll(connection), connections);

    /// <summary>Lets a connection that polls come over. If it does, reads for it until both have ended; if not, the connection stays as it is.</summary>
    public Task Upgrade(EngineIoConnection connection, PollingTransport polling, EngineIoConnections connections) =>
        Use(connection, ReadAfterUpgrade(connection, polling, connections.EndPolling), connections);

    public void Close(Ending ending)
    {
        lock (_gate)
        {
            _closing ??= SayAndAbort(ending);
        }
    }

    private static async ValueTask<bool> Written(ValueTask write)
    {
        await write;
        return true;
    }

    private async Task ReadAfterUpgrade(EngineIoConnection connection, PollingTransport polling, Action done)
    {
        if (await ComesOver(connection, polling))
        {
            done();
            await ReadAll(connection);
        }
    }

    private async Task Use(EngineIoConnection connection, Task reading, EngineIoConnections connections)
    {
        try
        {
            await reading;
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            _context.Log.LogDebug(e, "A WebSocket broke");
            Close(Ending.Normal);
            await Drain();
        }
        finally
        {
            _reader.Release();
            Close(Ending.Normal);
            lock (_gate)
            {
                _isRead = true;
                _reading?.SetResult();
            }

            await _closing!;
            _socket.Dispose();
            if (connection.Transport == this)
            {
                connections.Remove(connection);
            }
        }
    }

    private async Task ReadAll(EngineIoConnection connection)
    {
        try
        {
            while (await _reader.Read() is var news && news != WebSocketNews.Close)
            {
                // What comes after the end is passed over, until the client has closed as well.
                if (!connection.HasEnded)
                {
                    GoDirect();
                    await Receive(connection, news);
                }
            }
        }
        finally
        {
            connection.Lost();
            await connection.Finished;
        }
    }

    private ValueTask Receive(EngineIoConnection connection, WebSocketNews news)
    {
        switch (news)
        {
            case WebSocketNews.Text:
                return connection.Text(_reader.Message);
            case WebSocketNews.Binary:
                return connection.Binary(_reader.Message);
            default:
                connection.End(Ending.TooLarge("A message", _context.Limits.FrameBytesMax));
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>The client probes, is answered, and says that it comes.</summary>
    private async Task<bool> ComesOver(EngineIoConnection connection, PollingTransport polling)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_context.Limits.UpgradeSeconds), _context.Time);
        await using var late = patience.Token.UnsafeRegister(static t => ((WebSocketTransport)t!).Close(new Ending(1008, "The upgrade took too long.")), this);
        if (!await Says(Probe) || !polling.BeginUpgrade(this))
        {
            Close(Ending.Protocol("An upgrade begins with a probe, and there is one at a time."));
            return false;
        }

        var hasCome = false;
        try
        {
            await _writer.Write(Frames.Packet(ProbeAnswer.Span));
            hasCome = await Says(Come) && polling.CompleteUpgrade(connection, this);
        }
        finally
        {
            // Also when it was cut: it polls on, and may try again.
            if (!hasCome)
            {
                polling.GiveUpUpgrade();
            }
        }

        if (!hasCome)
        {
            Close(Ending.Protocol("The upgrade was not completed."));
            return false;
        }

        GoDirect();
        return true;
    }

    private async Task<bool> Says(ReadOnlyMemory<byte> packet) => await _reader.Read() == WebSocketNews.Text && _reader.Message.Span.SequenceEqual(packet.Span);

    private void GoDirect()
    {
        if (_plainSocket is { } socket)
        {
            _plainSocket = null;
            _writer.GoDirect(socket);
        }
    }

    private async Task SayAndAbort(Ending ending)
    {
        using var patience = new CancellationTokenSource(FarewellMax, _context.Time);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync((WebSocketCloseStatus)ending.Status, ending.Reason, patience.Token);
            }

            await Read().WaitAsync(patience.Token);
        }
        catch (Exception e)
        {
            // It does not read, or does not close; then the connection is cut.
            _context.Log.LogDebug(e, "A client did not hear why it was closed");
            _http.Abort();
        }
    }

    /// <summary>Done when nobody reads any more.</summary>
    private Task Read()
    {
        lock (_gate)
        {
            return _isRead ? Task.CompletedTask : (_reading ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Reads on until the client closes: what is unread when we close would take the reason from it.</summary>
    private async Task Drain()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(DrainBytes);
        try
        {
            while (await _stream.ReadAsync(buffer) > 0)
            {
                // Nobody reads it.
            }
        }
        catch (Exception e)
        {
            _context.Log.LogDebug(e, "A WebSocket ended");
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
