using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Orchestrator.EngineIo;

namespace Orchestrator.Tests;

/// <summary>Between a client and the server on a WebSocket, in either version of Engine.IO. Heartbeats are answered.</summary>
internal sealed class WebSocketPipe : IFramePipe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<(string? Text, byte[]? Binary)> _outgoing = Channel.CreateUnbounded<(string?, byte[]?)>();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EngineIoVersion _version;
    private readonly IFrameSink _sink;
    private Task _sending = Task.CompletedTask;
    private Task _receiving = Task.CompletedTask;

    private WebSocketPipe(EngineIoVersion version, IFrameSink sink) => (_version, _sink) = (version, sink);

    /// <summary>Connects, and enters "/".</summary>
    public static async Task<IFramePipe> Connect(HubServer server, EngineIoVersion version, IFrameSink sink)
    {
        var pipe = new WebSocketPipe(version, sink);
        pipe._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket.io/", Query = $"EIO={(int)version}&transport=websocket" };
        await pipe._socket.ConnectAsync(address.Uri, CancellationToken.None);
        pipe._sending = pipe.SendAll();
        pipe._receiving = pipe.ReceiveAll();
        if (version == EngineIoVersion.Four)
        {
            pipe.Send("40");
        }

        await pipe._entered.Task.WaitAsync(Patience);
        return pipe;
    }

    public void Send(string text, params IReadOnlyList<byte[]> attachments)
    {
        _outgoing.Writer.TryWrite((text, null));
        foreach (var attachment in attachments)
        {
            _outgoing.Writer.TryWrite((null, _version == EngineIoVersion.Three ? [4, .. attachment] : attachment));
        }
    }

    public void Cut() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        Cut();
        _outgoing.Writer.TryComplete();
        await _sending;
        await _receiving;
        _socket.Dispose();
    }

    private async Task SendAll()
    {
        try
        {
            await foreach (var (text, binary) in _outgoing.Reader.ReadAllAsync())
            {
                await (text is null
                    ? _socket.SendAsync(binary!, WebSocketMessageType.Binary, true, CancellationToken.None)
                    : _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It was cut, or the server has closed it.
        }
    }

    private async Task ReceiveAll()
    {
        try
        {
            await ReceiveUntilClosed();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It was cut.
        }
    }

    private async Task ReceiveUntilClosed()
    {
        var buffer = new byte[65_536];
        using var message = new MemoryStream();
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                _sink.Closed((int)_socket.CloseStatus!, _socket.CloseStatusDescription ?? "");
                return;
            }

            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                Take(result.MessageType, message.ToArray());
                message.SetLength(0);
            }
        }
    }

    private void Take(WebSocketMessageType type, byte[] message)
    {
        if (type == WebSocketMessageType.Binary)
        {
            _sink.Binary(_version == EngineIoVersion.Three ? message[1..] : message);
            return;
        }

        var text = Encoding.UTF8.GetString(message);
        switch (text)
        {
            case "2":
                Send("3");
                break;
            case ['4', '0', ..]:
                _entered.TrySetResult();
                break;
            default:
                _sink.Text(text);
                break;
        }
    }
}
