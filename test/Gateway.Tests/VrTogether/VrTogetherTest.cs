using Orchestrator.EngineIo;

namespace Orchestrator.Tests;

/// <summary>A test with VRTogether clients that speak to the application itself. Its clients end with it, and it fails when the server has logged an error.</summary>
public abstract class VrTogetherTest(SharedServer shared) : IAsyncDisposable
{
    private readonly List<SocketIoPeer> _peers = [];

    private protected HubServer Server => shared.Server;

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        Server.DemandNoErrors();
        GC.SuppressFinalize(this);
    }

    /// <summary>A client of version 2, or with Engine.IO 3 or by the address one of version 1.</summary>
    private protected SocketIoPeer Connect(EngineIoVersion version = EngineIoVersion.Four, string query = "", HubServer? server = null)
    {
        var peer = SocketIoPeer.Over(sink => new DirectPipe(server ?? Server, version, query, sink));
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A client on a WebSocket, which speaks the version that goes with its Engine.IO.</summary>
    private protected async Task<SocketIoPeer> ConnectSocket(EngineIoVersion version = EngineIoVersion.Four)
    {
        var peer = await SocketIoPeer.Connect(Server, version);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A client of version 1.</summary>
    private protected SocketIoPeer ConnectOld() => Connect(EngineIoVersion.Three);

    private protected async Task<Visitor> Enter(string name, SocketIoPeer? peer = null)
    {
        peer ??= Connect();
        return new Visitor(peer, (await peer.Ask("Login", $$"""{"userName":"{{name}}"}""")).Ok().Body.Text("userId"));
    }

    /// <summary>A session of these visitors; the first is its creator and master. Gives its id.</summary>
    private protected static async Task<string> Meet(params Visitor[] visitors)
    {
        var session = (await visitors[0].Peer.Ask("AddSession", Scene.Session("the evening"))).Ok().Body.Text("sessionId");
        foreach (var visitor in visitors[1..])
        {
            (await visitor.Peer.Ask("JoinSession", $$"""{"sessionId":"{{session}}","canBeMaster":true}""")).Ok();
        }

        return session;
    }

    /// <summary>A client and who is logged in on it.</summary>
    private protected sealed record Visitor(SocketIoPeer Peer, string Id);
}

/// <summary>What the unmodified client sends.</summary>
internal static class Scene
{
    public static string Session(string name) =>
        $$$"""{"sessionName":"{{{name}}}","sessionDescription":"for a test","sessionProtocol":"socketio","scenarioDefinition":{"scenarioId":"chess","scenarioName":null,"scenarioDescription":null}}""";
}
