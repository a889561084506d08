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
            IsCut(server).ShouldBeTrue();
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
        await Eventually(() => DroppedBy(ann, eve) == Packets - heard.Length ? null : $"{DroppedBy(ann, eve)} were told, {Packets - heard.Length} were dropped");
        foreach (var other in new[] { ben, eve })
        {
            other.Client.Events.ShouldNotContain(e => e.Kind == "DATA_STREAM_DROPPED");
        }

        (await Shown(eve)).ShouldBe(Packets - heard.Length);
        (await Shown(ben)).ShouldBe(0);
        (await eve.Invoke("GetSessionInfo")).Ok();
    }

    [Fact]
    public async Task Who_is_cut_off_is_away_at_once_though_its_transport_needs_ten_seconds_to_end()
    {
        await using var server = await HubServer.Start(("Limits:OutboundBytesMax", 1_000_000), ("Limits:GraceSeconds", 60));
        await using var clients = new Clients(server);
        var (ann, eve) = (await clients.LogIn("Ann"), await clients.LogIn("Eve"));
        await eve.Join(await ann.AddSession());
        eve.Client.StopReading();
        for (var sent = 0; !IsCut(server) && sent < Packets; sent++)
        {
            (await ann.Invoke("SendMessage", new { userId = eve.UserId, message = Data })).Ok();
        }

        IsCut(server).ShouldBeTrue();
        await Eventually(() => ann.Client.Events.Any(e => e.Kind == "USER_AWAY" && e.User == eve.UserId) ? null : "Eve is still there", TimeSpan.FromSeconds(5));
        ann.Client.Events.Count(e => e.Kind == "USER_AWAY").ShouldBe(1);
    }

    private static bool IsCut(HubServer server) => server.Log.Lines.Any(l => l.Text.Contains(nameof(CloseCode.SlowConsumer), StringComparison.Ordinal));

    /// <summary>What a publisher was told of one receiver, all notices together. They are about nobody else.</summary>
    private static long DroppedBy(Guest publisher, Guest receiver) => publisher.Client.Events
        .Where(e => e.Kind == "DATA_STREAM_DROPPED")
        .Sum(e =>
        {
            e.User.ShouldBe(publisher.UserId);
            var data = e.Data.GetProperty("eventData");
            data.Text("dataStreamKind").ShouldBe("k");
            var drops = data.GetProperty("droppedBy").EnumerateObject().ShouldHaveSingleItem();
            drops.Name.ShouldBe(receiver.UserId);
            drops.Value.GetInt64().ShouldBePositive();
            return drops.Value.GetInt64();
        });

    private static async Task<long> Shown(Guest receiver) =>
        (await receiver.Invoke("GetRegisteredDataStreams")).Ok().Body.EnumerateObject().Single().Value.GetProperty("dropped").GetInt64();

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
