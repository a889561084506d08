using System.Globalization;
using System.Text;

namespace Orchestrator.Tests;

/// <summary>Packets over a socket of their own: what arrives, where, and until when.</summary>
public sealed class PacketSocketTests(SharedServer shared) : PacketTest(shared)
{
    private const int Packets = 2_000;

    [Fact]
    public async Task A_packet_reaches_every_wire_as_bytes_with_its_number_and_the_time_of_its_sender()
    {
        var (ann, ben) = await Meet();
        var eve = await LogIn("Eve");
        await eve.Join((await ann.Invoke("GetSessionInfo")).Body.Text("sessionId"));
        await Register(eve, ann);
        await using var sender = await PacketClient.Open(Server, ann);
        await using var receiver = await PacketClient.Open(Server, ben);
        byte[] bytes = [0, 255, 1, 254, (byte)'{'];

        await sender.Bind(7, Kind);
        await sender.Send(7, 1, bytes, sentAt: -5_000_000_000);
        await sender.Send(7, 2, []);

        var first = await receiver.WaitFor(p => p.Seq == 1);
        (first.Owner, first.Kind, first.IsJson, first.SentAt).ShouldBe((ann.UserId, Kind, false, -5_000_000_000));
        first.Bytes.ShouldBe(bytes);
        var second = await receiver.WaitFor(p => p.Seq == 2);
        (second.SentAt, second.Bytes.Length).ShouldBe((0, 0));
        var onHub = (await eve.Client.WaitFor("DataReceived")).Data;
        onHub.GetProperty("data").GetBytesFromBase64().ShouldBe(bytes);
        onHub.GetProperty("sentAt").GetInt64().ShouldBe(-5_000_000_000);
        var secondOnHub = await eve.Client.WaitFor(e => e.Name == "DataReceived" && e.Data.GetProperty("seq").GetInt64() == 2);
        secondOnHub.Data.Text("data").ShouldBe("");
        secondOnHub.Data.TryGetProperty("sentAt", out _).ShouldBeFalse();
        Heard(ben).ShouldBeEmpty("its packets leave on the packet socket");
        sender.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task JSON_arrives_as_JSON_from_either_wire()
    {
        var (ann, ben) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await using var receiver = await PacketClient.Open(Server, ben);
        await Register(ann, ann);

        (await ann.Invoke("SendData", new { kind = Kind, data = new { x = 1.5 }, sentAt = 9 })).Ok();
        await sender.Bind(1, Kind);
        await sender.Send(1, 1, """{"y":"ü"}"""u8, isJson: true);

        var first = await receiver.WaitFor(p => p.Seq == 1);
        (first.IsJson, first.Text, first.SentAt).ShouldBe((true, """{"x":1.5}""", 9));
        (await receiver.WaitFor(p => p.Seq == 2)).Text.ShouldBe("""{"y":"ü"}""");
        (await sender.WaitFor(p => p.Seq == 2)).IsJson.ShouldBeTrue();
    }

    [Fact]
    public async Task Packets_of_a_stream_arrive_in_their_order_and_each_stream_is_named_once()
    {
        var (ann, ben) = await Meet();
        await Register(ann, ben);
        await Register(ben, ben);
        await using var first = await PacketClient.Open(Server, ann);
        await using var second = await PacketClient.Open(Server, ben);
        await Task.WhenAll(Fire(first), Fire(second));

        foreach (var (receiver, streams) in new[] { (first, 1), (second, 2) })
        {
            await Eventually(() => receiver.Packets.Count == streams * Packets ? null : $"{receiver.Packets.Count} came; {string.Join(" | ", receiver.Errors)}");
            receiver.StreamCount.ShouldBe(streams);
            foreach (var stream in receiver.Packets.GroupBy(p => p.Owner))
            {
                stream.Select(p => p.Seq).ShouldBe(Enumerable.Range(1, Packets).Select(i => (uint)i));
                stream.Select(p => p.Text).ShouldBe(Enumerable.Range(1, Packets).Select(i => i.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }

    [Fact]
    public async Task A_million_bytes_arrive_as_they_were_sent()
    {
        var (ann, ben) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await using var receiver = await PacketClient.Open(Server, ben);
        var bytes = new byte[1_000_008];
        new Random(1).NextBytes(bytes);
        await sender.Bind(1, Kind);
        await sender.Send(1, 1, bytes);
        (await receiver.WaitFor(p => p.Seq == 1)).Bytes.ShouldBe(bytes);
    }

    [Fact]
    public async Task While_it_is_open_packets_leave_there_and_before_and_after_on_the_connection()
    {
        var (ann, ben) = await Meet();
        await Send(ann, "before");
        await ben.Client.WaitFor("DataReceived");
        var receiver = await PacketClient.Open(Server, ben);
        await Send(ann, "meanwhile");
        await receiver.WaitFor(p => p.Text == "\"meanwhile\"");
        await receiver.DisposeAsync();
        // Whether the server has noticed is seen by where the packets come.
        await Eventually(async () =>
        {
            await Send(ann, "after");
            return Heard(ben).Any(e => e.Data.Text("data") == "after") ? null : "nothing came on the connection";
        });
        var seqs = Heard(ben).Select(e => e.Data.GetProperty("seq").GetInt64()).ToArray();
        seqs[0].ShouldBe(1);
        seqs[1..].ShouldAllBe(seq => seq > 2);
        Heard(ben).ShouldNotContain(e => e.Data.Text("data") == "meanwhile");
    }

    [Fact]
    public async Task One_that_is_not_read_any_more_is_cut_and_its_packets_come_on_the_connection()
    {
        await using var server = await HubServer.Start(("Limits:SilenceSeconds", 3));
        await using var anns = await server.Connect();
        await using var bens = await server.Connect();
        anns.PingEvery(TimeSpan.FromSeconds(1));
        bens.PingEvery(TimeSpan.FromSeconds(1));
        var (ann, ben) = (await Guest.LogIn(anns, "Ann"), await Guest.LogIn(bens, "Ben"));
        await ben.Join(await ann.AddSession());
        await Register(ben, ann);
        await using var socket = await PacketClient.Open(server, ben);
        socket.StopReading();
        // It reads this one and nothing after it, so no ping either.
        await Send(ann, "last");
        await Eventually(async () =>
        {
            await Send(ann, "after");
            return Heard(ben).Any(e => e.Data.Text("data") == "after") ? null : "the silent socket still has the packets";
        });
        socket.ReadOn();
    }

    [Fact]
    public async Task A_second_socket_takes_over_from_the_first()
    {
        var (ann, ben) = await Meet();
        await using var first = await PacketClient.Open(Server, ben);
        await using var second = await PacketClient.Open(Server, ben);
        (await first.WaitForEnd()).ShouldBe(4002);
        await Send(ann, "x");
        await second.WaitFor(p => p.Text == "\"x\"");
        first.Packets.ShouldBeEmpty();
        Heard(ben).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_logout_ends_it()
    {
        var (ann, ben) = await Meet();
        await using var receiver = await PacketClient.Open(Server, ben);
        await using var sender = await PacketClient.Open(Server, ann);
        (await ben.Invoke("Logout")).Ok();
        (await receiver.WaitForEnd()).ShouldBe(4005);
        receiver.CloseReason.ShouldBe("Detached");
        await sender.Bind(1, Kind);
        await sender.Send(1, 1, "x"u8);
        (await LogInOn(ben)).UserId.ShouldNotBe(ben.UserId);
        receiver.Packets.ShouldBeEmpty();
        sender.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_end_of_the_connection_ends_it_however_it_comes()
    {
        var (ann, ben) = await Meet();
        await using var cut = await PacketClient.Open(Server, ann);
        ann.Client.Cut();
        (await cut.WaitForEnd()).ShouldBe(4005);
        await using var superseded = await PacketClient.Open(Server, ben);
        await Guest.Resume(await Connect(), ben.Token, null);
        (await superseded.WaitForEnd()).ShouldBe(4002);
    }

    [Fact]
    public async Task A_leave_ends_the_packets_both_ways_and_the_socket_serves_the_next_session()
    {
        var (ann, ben) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await using var receiver = await PacketClient.Open(Server, ben);
        await sender.Bind(3, Kind);
        await sender.Send(3, 1, "one"u8);
        await receiver.WaitFor(p => p.Text == "one");
        (await ben.Invoke("LeaveSession")).Ok();
        await sender.Send(3, 2, "not for Ben"u8);
        (await ann.Invoke("LeaveSession")).Ok();
        await sender.Send(3, 3, "in no session"u8);
        var error = await sender.WaitForError();
        (error.Handle, error.Seq, error.Code, error.Retry).ShouldBe((3u, 3u, 800, false));

        await ben.Join(await ann.AddSession());
        await Register(ben, ann);
        await sender.Send(3, 4, "two"u8);
        await receiver.WaitFor(p => p.Text == "two");
        receiver.Packets.Select(p => p.Text).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task After_an_unregistration_nothing_of_the_stream_comes_and_its_name_is_told_anew_with_the_next()
    {
        var (ann, ben) = await Meet();
        await using var receiver = await PacketClient.Open(Server, ben);
        await Send(ann, 1);
        await receiver.WaitFor(p => p.Text == "1");
        (await ben.Invoke("UnregisterFromDataStream", new { userId = ann.UserId, kind = Kind })).Ok();
        await Send(ann, 2);
        await Register(ben, ann);
        await Send(ann, 3);
        await receiver.WaitFor(p => p.Text == "3");
        receiver.Packets.Select(p => p.Text).ShouldBe(["1", "3"]);
    }

    [Fact]
    public async Task What_the_owner_declared_counts_for_its_packets_here_too()
    {
        var (ann, ben) = await Meet();
        (await ann.Invoke("DeclareDataStream", new { kind = Kind, bytesPerSecondMax = 100 })).Ok();
        await using var sender = await PacketClient.Open(Server, ann);
        await using var receiver = await PacketClient.Open(Server, ben);
        await sender.Bind(1, Kind);
        await sender.Send(1, 1, new byte[101]);
        await sender.Send(1, 2, Encoding.UTF8.GetBytes(new string('x', 90)));
        await sender.Send(1, 3, new byte[90]);
        var (tooLarge, tooMany) = (await sender.WaitForError(), await sender.WaitForError(1));
        (tooLarge.Seq, tooLarge.Code, tooLarge.Retry).ShouldBe((1u, 9003, false));
        (tooMany.Seq, tooMany.Code, tooMany.Retry).ShouldBe((3u, 9006, true));
        (await receiver.WaitFor(p => p.Seq == 1)).Text[0].ShouldBe('x');
    }

    [Fact]
    public async Task A_server_that_stops_says_so()
    {
        await using var server = await HubServer.Start();
        await using var client = await server.Connect();
        await using var socket = await PacketClient.Open(server, await Guest.LogIn(client, "Ann"));
        await server.Stop();
        (await socket.WaitForEnd()).ShouldBe(4501);
    }

    private static async Task Fire(PacketClient client)
    {
        await client.Bind(0, Kind);
        for (var i = 1; i <= Packets; i++)
        {
            await client.Send(0, (uint)i, Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static Task<Guest> LogInOn(Guest guest) => Guest.LogIn(guest.Client, "Eve");
}
