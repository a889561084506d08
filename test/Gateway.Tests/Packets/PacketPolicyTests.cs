using System.Text.Json;
using Orchestrator.Connections;

namespace Orchestrator.Tests;

/// <summary>A socket for packets that is slow costs nobody else anything, its own connection included; and the other way round.</summary>
public sealed class PacketPolicyTests(SharedServer shared) : PacketTest(shared)
{
    private const int Count = 150;
    private static readonly byte[] Data = new byte[200_000];

    [Theory]
    [InlineData("latest", null)]
    [InlineData("dropOldest", 3)]
    public async Task Who_does_not_read_its_packets_gets_fewer_and_the_publisher_hears_of_it(string policy, int? waitingMax)
    {
        var (ann, ben) = await Meet();
        (await ann.Invoke("DeclareDataStream", waitingMax is null ? new { kind = Kind, policy } : new { kind = Kind, policy, waitingMax })).Ok();
        await using var receiver = await PacketClient.Open(Server, ben);
        receiver.StopReading();
        await Fire(ann);

        // Its control is not held up.
        (await ben.Invoke("GetSessionInfo")).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = "x" })).Ok();
        await ben.Client.WaitFor("MessageSent");
        Heard(ben).ShouldBeEmpty();
        receiver.ReadOn();
        await receiver.WaitFor(p => p.Seq == Count);
        var seqs = receiver.Packets.Select(p => (int)p.Seq).ToArray();
        seqs.ShouldBe(seqs.Distinct().Order());
        seqs.Length.ShouldBeLessThan(Count);
        var last = waitingMax ?? 1;
        seqs[^last..].ShouldBe(Enumerable.Range(Count - last + 1, last));
        await Eventually(() => DroppedBy(ann, ben) == Count - seqs.Length ? null : $"{DroppedBy(ann, ben)} were told, {Count - seqs.Length} were dropped");
        var shown = (await ben.Invoke("GetRegisteredDataStreams")).Ok().Body.EnumerateObject().Single().Value;
        shown.GetProperty("dropped").GetInt64().ShouldBe(Count - seqs.Length);
    }

    [Fact]
    public async Task Too_much_that_may_not_be_dropped_ends_the_socket_and_the_rest_comes_on_the_connection()
    {
        var (ann, ben) = await Meet();
        await using var receiver = await PacketClient.Open(Server, ben);
        receiver.StopReading();
        await Fire(ann);
        await Eventually(() => Heard(ben).Count > 0 ? null : "nothing came on the connection");
        await Eventually(() => Heard(ben)[^1].Data.GetProperty("seq").GetInt32() == Count ? null : "the last did not come");
        var seqs = Heard(ben).Select(e => e.Data.GetProperty("seq").GetInt32()).ToArray();
        // What is missing before them is the gap that the seqs show.
        seqs.ShouldBe(Enumerable.Range(Count - seqs.Length + 1, seqs.Length));
        (await ben.Invoke("GetSessionInfo")).Ok();
        ann.Client.Events.ShouldNotContain(e => e.Kind == "USER_AWAY");
        receiver.ReadOn();
        (await receiver.WaitForEnd()).ShouldBeOneOf(null, (int)CloseCode.SlowConsumer);
    }

    [Fact]
    public async Task A_connection_that_does_not_read_does_not_hold_up_the_packets()
    {
        const int Messages = 60;
        var (ann, ben) = await Meet();
        await using var receiver = await PacketClient.Open(Server, ben);
        ben.Client.StopReading();
        var message = new string('m', 100_000);
        for (var i = 0; i < Messages; i++)
        {
            (await ann.Invoke("SendMessage", new { userId = ben.UserId, message })).Ok();
        }

        await Send(ann, "a packet");
        await receiver.WaitFor(p => p.Text == "\"a packet\"");
        ben.Client.Events.Count(e => e.Kind == "MessageSent").ShouldBeLessThan(Messages);
        ben.Client.ReadOn();
        await Eventually(() => ben.Client.Events.Count(e => e.Kind == "MessageSent") == Messages ? null : "some messages are missing");
    }

    /// <summary>Sends faster than it is read, and no faster than it is taken: the sender hears its own packets.</summary>
    private async Task Fire(Guest ann)
    {
        await using var sender = await PacketClient.Open(Server, ann);
        await Register(ann, ann);
        await sender.Bind(1, Kind);
        for (var i = 1u; i <= Count; i++)
        {
            await sender.Send(1, i, Data);
            await sender.WaitFor(p => p.Seq == i);
        }
    }

    private static long DroppedBy(Guest publisher, Guest receiver) => publisher.Client.Events
        .Where(e => e.Kind == "DATA_STREAM_DROPPED")
        .Select(e => e.Data.GetProperty("eventData").GetProperty("droppedBy"))
        .Sum(d => d.TryGetProperty(receiver.UserId, out JsonElement count) ? count.GetInt64() : 0);
}
