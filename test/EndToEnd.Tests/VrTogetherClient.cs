using System.Collections.Concurrent;
using System.Text.Json;
using SocketIOClient;
using SocketIOClient.Transport;

namespace Orchestrator.EndToEnd;

/// <summary>
/// A client with the library and the calls of VR2Gather's own. As there, one send at a time is under way: the library itself lets the attachments of two threads get between each other.
/// </summary>
internal sealed class VrTogetherClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SocketIOClient.SocketIO _socket;
    private readonly ConcurrentQueue<string> _disconnections = new();
    private readonly SemaphoreSlim _sending = new(1, 1);

    private VrTogetherClient(Uri address)
    {
        _socket = new SocketIOClient.SocketIO(address, new SocketIOOptions { Transport = TransportProtocol.WebSocket, Reconnection = false });
        _socket.OnDisconnected += (_, reason) => _disconnections.Enqueue(reason);
        _socket.On("SessionUpdated", response => Updates.Enqueue(response.GetValue<JsonElement>()));
        _socket.On("MessageSent", response => Messages.Enqueue(response.GetValue<JsonElement>()));
    }

    public string UserId { get; private set; } = "";

    public ConcurrentQueue<JsonElement> Updates { get; } = new();

    public ConcurrentQueue<JsonElement> Messages { get; } = new();

    /// <summary>Why its connection ended; empty while it has not.</summary>
    public IReadOnlyCollection<string> Disconnections => _disconnections;

    public static async Task<VrTogetherClient> Enter(Uri address, string userName)
    {
        var client = new VrTogetherClient(address);
        await client._socket.ConnectAsync().WaitAsync(Patience);
        // What is said before the server has let it in goes nowhere.
        await Eventually(() => client._socket.Connected ? null : "it is not connected");
        client.UserId = (await client.Call("Login", new { userName })).GetProperty("userId").GetString()!;
        return client;
    }

    /// <summary>A command; gives the body of its reply.</summary>
    public async Task<JsonElement> Call(string name, object? parameters = null)
    {
        var reply = await Ask(name, parameters);
        reply.GetProperty("error").GetInt32().ShouldBe(0, $"{name}: {reply}");
        return reply.GetProperty("body");
    }

    /// <summary>A command; gives its whole reply.</summary>
    public async Task<JsonElement> Ask(string name, object? parameters = null)
    {
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _socket.EmitAsync(name, response => answer.SetResult(response.GetValue<JsonElement>()), parameters ?? new { });
        return await answer.Task.WaitAsync(Patience);
    }

    /// <summary>A packet: nobody answers it.</summary>
    public async Task Send(string name, params object[] arguments)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.EmitAsync(name, arguments);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void On(string name, Action<SocketIOResponse> heard) => _socket.On(name, heard);

    public async ValueTask DisposeAsync()
    {
        await _socket.DisconnectAsync();
        _socket.Dispose();
        _sending.Dispose();
    }
}
