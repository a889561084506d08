using Orchestrator.Tests;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace Orchestrator.Tests;

/// <summary>One server with ordinary settings for all tests that do not need their own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private HubServer? _server;

    public HubServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await HubServer.Start();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>
/// A test with clients of the shared server. Its clients end with it, and it fails when the server has logged an error, whoever of those who run at the time
/// was the reason.
/// </summary>
public abstract class ServerTest(SharedServer shared) : IAsyncDisposable
{
    private readonly List<HubClient> _clients = [];

    protected HubServer Server => shared.Server;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        Server.DemandNoErrors();
        GC.SuppressFinalize(this);
    }

    protected async Task<HubClient> Connect(string? token = null)
    {
        var client = await Server.Connect(token);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection on which nothing was said yet.</summary>
    protected async Task<HubClient> Open()
    {
        var client = await HubClient.Open(Server.Address);
        _clients.Add(client);
        return client;
    }

    protected async Task<Guest> LogIn(string name)
    {
        var client = await Connect();
        return await Guest.LogIn(client, name);
    }
}

/// <summary>A client that somebody is logged in on.</summary>
public sealed record Guest(HubClient Client, string UserId, string Token)
{
    public static async Task<Guest> LogIn(HubClient client, string name)
    {
        var login = (await client.Invoke("Login", new { userName = name })).Ok();
        return new Guest(client, login.Body.Text("userId"), login.Body.Text("resumeToken"));
    }

    public Task<HubReply> Invoke(string command, params object?[] parameters) => Client.Invoke(command, parameters);

    /// <summary>Creates a session and gives its id.</summary>
    public async Task<string> AddSession(string name = "a session")
    {
        var added = await Invoke("AddSession", Sessions.Named(name));
        return added.Ok().Body.Text("sessionId");
    }

    public async Task<HubReply> Join(string sessionId) => (await Invoke("JoinSession", new { sessionId })).Ok();

    /// <summary>Comes back on this connection.</summary>
    public static async Task<(Guest Guest, HubReply Reply)> Resume(HubClient client, string token, HubPlace? at)
    {
        var reply = (await client.Invoke("Resume", new { token, at })).Ok();
        return (new Guest(client, reply.Body.Text("userId"), reply.Body.Text("resumeToken")), reply);
    }
}

/// <summary>Parameters that many tests use.</summary>
public static class Sessions
{
    public static object Named(string sessionName) => new { sessionName, scenarioDefinition = new { scenarioId = "a scenario" } };
}
