using Orchestrator.Connections;

namespace Orchestrator.Tests;

/// <summary>A receiver that does not read costs the others nothing, and is treated as the stream says.</summary>
public sealed class SlowReaderTests
{
    private const int Packets = 120;
    private static readonly string Data = new('d', 200_000);

    [Theory]
    [InlineData("reliable", null)]
    [InlineData("latest", null)]
    [InlineData("dropOldest", 3)]
    [InlineData("dropOldest", null)]
    public async Task Who_does_not_read_is_treated_as_the_policy_says(string policy, int? waitingMax)
    {
        await using var server = await HubServer.Start(("Limits:OutboundBytesMax", 1_000_000), ("Limits:GraceSeconds", 60));
        await using var clients = new Clients(server);
        var (ann, ben, eve) = (await clients.LogIn("Ann"), await clients.LogIn("Ben"), await clients.LogIn("Eve"));
        var session = await ann.AddSession();
        foreach (var receiver in new[] { ben, eve })
        {
            await receiver.Join(session);
            (await receiver.Invoke("RegisterForDataStream", new { userId = ann.UserId, kind = "k" })).Ok();
        }

        (await ann.Invoke("DeclareDataStream", waitingMax is null ? new { kind = "k", policy } : new { kind = "k", policy, waitingMax })).Ok();
        eve.Client.StopReading();
        for (var i = 1; i <= Packets; i++)
        {
            (await ann.Invoke("SendData", new { kind = "k", data = new { i, Data } })).Ok();
            // The reader keeps up; it is not the one that is tested.
            await ben.Client.WaitFor(e => e.Name == "DataReceived" && Number(e) == i);
        }

        Heard(ben).ShouldBe(Enumerable.Range(1, Packets));
        if (policy == "reliable")
        {
            (await ben.Client.WaitFor("USER_AWAY")).User.ShouldBe(eve.UserId);
            server.Log.Lines.ShouldContain(l => l.Text.Contains(nameof(CloseCode.SlowConsumer), StringComparison.Ordinal));
            return;
        }

        eve.Client.ReadOn();
        await eve.Client.WaitFor(e => e.Name == "DataReceived" && Number(e) == Packets);
        var heard = Heard(eve);
        heard.ShouldBe(heard.Distinct().Order());
        heard.Length.ShouldBeLessThan(Packets);
        // Ten would wait without a number, but there is room for three beside what is being written.
        var last = policy == "latest" ? 1 : 3;
        heard[^last..].ShouldBe(Enumerable.Range(Packets - last + 1, last));
        ben.Client.Events.ShouldNotContain(e => e.Kind == "USER_AWAY");
        (await eve.Invoke("GetSessionInfo")).Ok();
    }

    private static int Number(HubEvent packet) => packet.Data.GetProperty("data").GetProperty("i").GetInt32();

    private static int[] Heard(Guest guest) => [.. guest.Client.Events.Where(e => e.Name == "DataReceived").Select(Number)];

    private sealed class Clients(HubServer server) : IAsyncDisposable
    {
        private readonly List<HubClient> _clients = [];

        public async Task<Guest> LogIn(string name)
        {
            _clients.Add(await server.Connect());
            return await Guest.LogIn(_clients[^1], name);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
            {
                await client.DisposeAsync();
            }
        }
    }
}
