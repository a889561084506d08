using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Connections;
using Orchestrator.Delivery;

namespace Orchestrator.Tests;

/// <summary>A command and the end of its connection at the same moment.</summary>
public sealed class RaceTests(ITestOutputHelper output)
{
    private const int Rounds = 40;

    [Fact]
    public async Task Whatever_a_connection_said_last_nothing_of_it_is_left_after_the_grace_period()
    {
        await using var server = await HubServer.Start(("Limits:GraceSeconds", 0.5));
        await using var observer = await server.Connect();
        var ann = await Guest.LogIn(observer, "Ann");
        var session = await ann.AddSession();
        var relay = server.Services.GetRequiredService<Relay>();
        var connections = server.Services.GetRequiredService<ConnectionTable>();
        var links = relay.Links;
        var seed = RunSettings.Seed;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var last in Lasts(session, ann.UserId))
            {
                await Race(server, session, last, random.Next(3));
            }
        }

        await Eventually(async () => (await ann.Invoke("GetSessionInfo")).Ok().Body.Texts("sessionUsers") is { Length: > 1 } users ? $"{users.Length} are members" : null);
        await Eventually(async () => (await ann.Invoke("GetSessions")).Ok().Body.EnumerateObject().Count() is > 1 and var n ? $"{n} sessions are listed" : null);
        await Eventually(() => connections.Count > 1 ? $"{connections.Count} connections are there" : null);
        await Eventually(() => relay.Links > links ? $"{relay.Links} sources are subscribed to, before there were {links}" : null);
        (await ann.Invoke("GetSessionInfo")).Ok().Body.Text("sessionMaster").ShouldBe(ann.UserId);
    }

    private static IEnumerable<(string Command, object? Parameters, bool LoggedIn, bool Joined)> Lasts(string session, string administrator) =>
    [
        ("Login", new { userName = "x" }, false, false),
        ("AddSession", Sessions.Named("x"), true, false),
        ("JoinSession", new { sessionId = session }, true, false),
        ("Resume", null, true, false),
        ("Resume", null, true, true),
        ("LeaveSession", null, true, true),
        ("Logout", null, true, true),
        ("SendMessageToAll", new { message = "x" }, true, true),
        ("DeclareDataStream", new { kind = "x" }, true, true),
        ("RegisterForDataStream", new { userId = administrator, kind = "x" }, true, true),
    ];

    private static async Task Race(HubServer server, string session, (string Command, object? Parameters, bool LoggedIn, bool Joined) last, int how)
    {
        await using var client = await server.Connect();
        var guest = last.LoggedIn ? await Guest.LogIn(client, "x") : null;
        if (last.Joined)
        {
            await guest!.Join(session);
        }

        await using var other = last.Command == "Resume" ? await server.Connect() : null;
        var socket = other ?? client;
        var call = last.Command == "Resume"
            ? socket.Invoke("Resume", new { token = guest!.Token })
            : last.Parameters is null ? socket.Invoke(last.Command) : socket.Invoke(last.Command, last.Parameters);
        if (how > 0)
        {
            await socket.Flushed();
        }

        if (how > 1)
        {
            await Task.Yield();
        }

        socket.Cut();
        client.Cut();
        await call.ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
