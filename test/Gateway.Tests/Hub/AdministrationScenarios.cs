using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>The orchestrator as a whole, on a server of its own, which has an administrator from the start.</summary>
public abstract class AdministrationScenarios(Func<HubServer, IScenarioWire> wire) : IAsyncLifetime
{
    private readonly List<IScenarioClient> _clients = [];

    private HubServer Server { get; set; } = null!;

    public async ValueTask InitializeAsync() => Server = await HubServer.Start(("Admin:User", "root"), ("Admin:Password", Names.Password), ("Limits:GraceSeconds", 5));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_dump_shows_sessions_without_definitions_and_who_is_there()
    {
        var root = await Root();
        var ann = await Enter("Ann");
        var session = (await ann.Client.AddSession("seen")).Ok().Body.Text("sessionId");
        JsonElement dump = default;
        await Eventually(async () =>
        {
            dump = (await root.Client.Call("DumpData")).Ok().Body;
            return dump.GetProperty("sessions").GetArrayLength() == 1 ? null : "the session is not there yet";
        });

        var seen = dump.GetProperty("sessions")[0];
        seen.Text("sessionId").ShouldBe(session);
        seen.Texts("sessionUsers").ShouldBe([ann.Id]);
        seen.TryGetProperty("sessionUserDefinitions", out _).ShouldBeFalse();
        var users = dump.GetProperty("users").EnumerateArray().ToDictionary(u => u.Text("userId"));
        users[ann.Id].Text("sessionId").ShouldBe(session);
        users[root.Id].GetProperty("userAdmin").GetBoolean().ShouldBeTrue();
        Guid.TryParse(dump.Text("id"), out _).ShouldBeTrue();
        dump.Text("id").ShouldBe((await root.Client.Call("DumpData")).Ok().Body.Text("id"));
    }

    [Fact]
    public async Task A_reset_closes_every_session_and_every_connection_and_keeps_accounts()
    {
        var root = await Root();
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var away = await Enter("Away");
        var session = (await ann.Client.AddSession("first")).Ok().Body.Text("sessionId");
        (await ben.Client.JoinSession(session)).Ok();
        (await away.Client.JoinSession(session)).Ok();
        var second = (await root.Client.AddSession("second")).Ok().Body.Text("sessionId");
        away.Client.Cut();
        await ann.Client.WaitForUser(wire(Server).Features.HasFlag(WireFeatures.KeepsSeats) ? "USER_AWAY" : "USER_LEFT_SESSION", away.Id);
        var stranger = await Connect();
        // The handshake is answered before a connection counts; a command is not.
        (await stranger.Call("GetOrchestratorVersion")).Ok();

        (await root.Client.Call("ResetOrchestrator")).Ok();

        foreach (var member in new[] { root, ann, ben })
        {
            (await member.Client.WaitFor("SessionClosed")).WhyClosed().ShouldBe(wire(Server).Features.HasFlag(WireFeatures.TellsWhyClosed) ? "reset" : null);
        }

        foreach (var client in new[] { root.Client, ann.Client, ben.Client, stranger })
        {
            (await client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4503);
        }

        var back = await Root();
        await Eventually(async () => (await back.Client.GetSessions()).Ok().Body.EnumerateObject().Any() ? "sessions are still listed" : null);
        foreach (var gone in new[] { session, second })
        {
            (await back.Client.JoinSession(gone)).Error.ShouldBe(503);
        }

        (await back.Client.GetSessionInfo()).Error.ShouldBe(700);
        (await back.Client.Call("ResetOrchestrator")).Ok();
        (await back.Client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4503);
        await Root();
    }

    [Fact]
    public async Task An_administrator_makes_another_one_who_may_delete_accounts()
    {
        var root = await Root();
        (await root.Client.Call("DeleteUser", new { })).Error.ShouldBe(801);
        (await root.Client.Call("AddUser", new { userName = "Eve", userPassword = Names.Password, userAdmin = true })).Ok().Body.GetProperty("userAdmin").GetBoolean().ShouldBeTrue();
        await Server.Register("Ann", Names.Password);
        var ann = await Enter("Ann", Names.Password);
        var eve = await Enter("Eve", Names.Password);

        (await eve.Client.Call("DeleteUser", new { userId = ann.Id, key = "k" })).Ok();

        (await ann.Client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4004);
        (await eve.Client.Call("DeleteUser", new { userId = ann.Id, key = "k" })).Ok();
        (await eve.Client.Call("DeleteUser", new { userId = ann.Id })).Error.ShouldBe(1301);
        (await eve.Client.Call("DeleteUser", new { userId = root.Id })).Ok();
        (await root.Client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4004);
        (await eve.Client.Call("DeleteUser", new { })).Error.ShouldBe(801);
        (await eve.Client.Call("DumpData")).Ok();
    }

    private Task<Person> Root() => Enter("root", Names.Password);

    private async Task<Person> Enter(string name, string? password = null)
    {
        var client = await Connect();
        return new Person(client, await client.Login(name, password));
    }

    private async Task<IScenarioClient> Connect()
    {
        var client = await wire(Server).Connect();
        _clients.Add(client);
        return client;
    }
}
