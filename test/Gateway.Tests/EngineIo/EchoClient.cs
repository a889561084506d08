using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>A client that says and hears Engine.IO packets on a WebSocket, one by one. It answers heartbeats only when told to.</summary>
internal sealed class EchoClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[4 << 20];

    /// <summary>Its id, after the handshake.</summary>
    public string Id { get; private set; } = "";

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    /// <summary>Opens a WebSocket and hears the first packet.</summary>
    public static async Task<EchoClient> Open(EchoServer server, int version = 4)
    {
        var client = await Connect(server, $"EIO={version}");
        var opened = await client.Hear();
        opened.ShouldStartWith("0{");
        using var json = JsonDocument.Parse(opened[1..]);
        client.Id = json.RootElement.GetProperty("sid").GetString()!;
        return client;
    }

    /// <summary>Opens a WebSocket and enters "/".</summary>
    public static async Task<EchoClient> Enter(EchoServer server)
    {
        var client = await Open(server);
        await client.Say("40");
        while (await client.Hear() is var heard && !heard.StartsWith("40{\"sid\":", StringComparison.Ordinal))
        {
            heard.ShouldBe("2", "only a heartbeat may come first");
        }

        return client;
    }

    public static async Task<EchoClient> Connect(EchoServer server, string query, string? origin = null)
    {
        var client = new EchoClient();
        if (origin is not null)
        {
            client._socket.Options.SetRequestHeader("Origin", origin);
        }

        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        client._socket.Options.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        await client._socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = server.Address.Scheme == "https" ? "wss" : "ws", Path = "/socket.io/", Query = $"{query}&transport=websocket" }.Uri, CancellationToken.None);
        return client;
    }

    public Task Say(string packet) => _socket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, CancellationToken.None);

    public Task Say(byte[] packet) => _socket.SendAsync(packet, WebSocketMessageType.Binary, true, CancellationToken.None);

    /// <summary>Sends a part of a message.</summary>
    public Task SayPart(byte[] part, WebSocketMessageType kind, WebSocketMessageFlags flags) => _socket.SendAsync(part, kind, flags, CancellationToken.None).AsTask();

    /// <summary>The next packet as text; binary ones as "b:" and their bytes in hexadecimal digits; "closed" when there are no more.</summary>
    public async Task<string> Hear()
    {
        using var patience = new CancellationTokenSource(Patience);
        var length = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(_buffer.AsMemory(length), patience.Token);
            length += result.Count;
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return "closed";
            }

            if (result.EndOfMessage)
            {
                return result.MessageType == WebSocketMessageType.Text ? Encoding.UTF8.GetString(_buffer, 0, length) : "b:" + Convert.ToHexString(_buffer, 0, length);
            }
        }
    }

    /// <summary>Hears until the server closes, and answers that; gives the reason.</summary>
    public async Task<(int Status, string Reason)> HearTheEnd()
    {
        while (await Hear() is not "closed")
        {
            // What was said before.
        }

        if (_socket.State == WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }

        return ((int)CloseStatus!, CloseReason ?? "");
    }

    public Task Close() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);

    /// <summary>Goes without a word.</summary>
    public void Cut() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
