using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>Data streams and audio: section 7 of the VRTogether specification.</summary>
public abstract class DataStreamScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    private const string Kind = "points#0";

    [Fact]
    public async Task A_declared_stream_is_told_found_registered_for_and_heard()
    {
        var (_, members) = await Meet("Ann", "Ben", "Eve");
        var (ann, ben, eve) = (members[0], members[1], members[2]);

        var declared = (await ann.Declare(Kind, "cwi1")).Ok().Body;
        declared.Text("connectionId").ShouldBe(ann.Id);
        declared.Text("connectionLoggedAs").ShouldBe(ann.Id);
        declared.GetProperty("remoteDataStreams").EnumerateObject().ShouldBeEmpty();
        Shows(declared.GetProperty("dataStreams").GetProperty(Kind), ann, "cwi1");
        var told = await ben.Client.WaitForUser("DATA_STREAM_DECLARED", ann.Id);
        Shows(told.Data.GetProperty("eventData").GetProperty("dataStream"), ann, "cwi1");
        Shows((await ben.Available(ann.Id)).Ok().Body.GetProperty(Kind), ann, "cwi1");
        (await ann.Available(ben.Id)).Keys().ShouldBeEmpty();

        var registered = (await ben.Register(ann.Id, Kind)).Ok().Body.GetProperty("remoteDataStreams").GetProperty($"{ann.Id}::{Kind}");
        registered.Text("dataStreamUserId").ShouldBe(ann.Id);
        registered.Text("dataStreamKind").ShouldBe(Kind);
        registered.Text("dataStreamDescription").ShouldBe("cwi1");
        (await ben.Client.Call("GetRegisteredDataStreams")).Keys().ShouldBe([$"{ann.Id}::{Kind}"]);
        (await ann.SendData(Kind, "1")).Ok();
        (await ann.SendData(Kind, "2")).Ok();

        var packet = (await ben.WaitForPacket("2")).Data;
        packet.Text("userId").ShouldBe(ann.Id);
        packet.Text("kind").ShouldBe(Kind);
        Description(packet).ShouldBe(Described("cwi1"));
        if (Has(WireFeatures.NumbersPackets))
        {
            packet.GetProperty("seq").GetInt64().ShouldBe(2);
            packet.GetProperty("prev").GetInt64().ShouldBe(1);
        }

        ben.Packets().ShouldBe(["1", "2"]);
        await eve.Client.CatchUp(eve.Id, "end");
        eve.Client.Events("DataReceived").ShouldBeEmpty();
        ann.Client.Events("DataReceived").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_removed_is_found_no_more_and_still_goes_out_undeclared()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        (await ann.Declare(Kind, "a")).Ok();
        (await ann.Declare("audio")).Keys("dataStreams").ShouldBe(["audio", Kind]);
        (await ben.Register(ann.Id, Kind)).Ok();

        (await ann.Remove("no such kind")).Keys("dataStreams").ShouldBe(["audio", Kind]);
        (await ann.Remove(Kind)).Keys("dataStreams").ShouldBe(["audio"]);
        (await ben.Client.WaitForUser("DATA_STREAM_REMOVED", ann.Id)).Data.GetProperty("eventData").Text("dataStreamKind").ShouldBe(Kind);
        (await ann.SendData(Kind, "1")).Ok();
        Description((await ben.WaitForPacket("1")).Data).ShouldBe(Described(""));
        (await ann.Client.Call("RemoveAllDataStreams")).Keys("dataStreams").ShouldBeEmpty();
        (await ben.Available(ann.Id)).Keys().ShouldBeEmpty();
    }

    [Fact]
    public async Task One_may_register_before_the_declaration_and_for_oneself_and_a_redeclaration_counts_at_once()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        (await ben.Register(ann.Id, Kind)).Ok();
        (await ann.Register(ann.Id, Kind)).Ok();
        foreach (var (description, data) in new[] { ("one", "1"), ("two", "2"), ("three", "3") })
        {
            (await ann.Declare(Kind, description)).Ok();
            (await ann.SendData(Kind, data)).Ok();
        }

        foreach (var person in members)
        {
            await person.WaitForPacket("3");
            person.Client.Events("DataReceived").Select(e => Description(e.Data)).ShouldBe([Described("one"), Described("two"), Described("three")]);
        }
    }

    [Fact]
    public async Task After_an_unregistration_nothing_of_the_stream_comes_and_the_others_go_on()
    {
        var (_, members) = await Meet("Ann", "Ben", "Eve");
        var (ann, ben, eve) = (members[0], members[1], members[2]);
        foreach (var kind in new[] { Kind, "other" })
        {
            (await ben.Register(ann.Id, kind)).Ok();
            (await eve.Register(ann.Id, kind)).Ok();
        }

        (await ann.SendData(Kind, "1")).Ok();
        await ben.WaitForPacket("1");
        (await ben.Unregister(ann.Id, Kind)).Keys("remoteDataStreams").ShouldBe([$"{ann.Id}::other"]);
        (await ben.Unregister(ann.Id, Kind)).Ok();
        (await ben.Unregister(ben.Id, Kind)).Ok();
        (await ann.SendData(Kind, "2")).Ok();
        (await ann.SendData("other", "3")).Ok();
        await ben.WaitForPacket("3");
        ben.Packets().ShouldBe(["1", "3"]);
        (await ben.Client.Call("UnregisterFromAllDataStreams")).Keys("remoteDataStreams").ShouldBeEmpty();
        (await ann.SendData("other", "4")).Ok();
        await eve.WaitForPacket("4");
        await ben.Client.CatchUp(ben.Id, "end");
        ben.Packets().ShouldBe(["1", "3"]);
        eve.Packets().ShouldBe(["1", "2", "3", "4"]);
        (await ben.Register(ann.Id, Kind)).Ok();
        (await ann.SendData(Kind, "5")).Ok();
        await ben.WaitForPacket("5");
    }

    [Fact]
    public async Task Leaving_ends_the_leavers_streams_and_registrations_and_those_for_it_work_again_when_it_returns()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        (await ann.Declare(Kind, "old")).Ok();
        (await ann.Register(ben.Id, "talk")).Ok();
        (await ben.Register(ann.Id, Kind)).Ok();
        (await ann.Client.LeaveSession()).Ok();

        (await ann.SendData(Kind, "x")).Error.ShouldBe(800);
        (await ben.Available(ann.Id)).Error.ShouldBe(700);
        (await ben.Register(ann.Id, "another")).Error.ShouldBe(700);
        (await ben.Client.Call("GetRegisteredDataStreams")).Keys().ShouldBe([$"{ann.Id}::{Kind}"]);
        (await ben.SendData("talk", "to nobody")).Ok();
        (await ann.Client.JoinSession(session)).Ok();
        (await ann.Client.Call("GetRegisteredDataStreams")).Keys().ShouldBeEmpty();
        (await ben.Available(ann.Id)).Keys().ShouldBeEmpty();
        (await ann.SendData(Kind, "again")).Ok();
        Description((await ben.WaitForPacket("again")).Data).ShouldBe(Described(""));
        ann.Client.Events("DataReceived").ShouldBeEmpty();

        (await ann.Client.LeaveSession()).Ok();
        (await ben.Unregister(ann.Id, Kind)).Keys("remoteDataStreams").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_registration_in_one_session_is_none_in_another()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        (await ben.Register(ann.Id, Kind)).Ok();
        (await ann.SendData(Kind, "first")).Ok();
        await ben.WaitForPacket("first");
        (await ann.Client.LeaveSession()).Ok();
        (await ben.Client.LeaveSession()).Ok();
        var second = (await ann.Client.AddSession("the second")).Ok().Body.Text("sessionId");
        (await ben.Client.JoinSession(second)).Ok();
        (await ann.SendData(Kind, "not registered")).Ok();
        (await ben.Register(ann.Id, Kind)).Ok();
        (await ann.SendData(Kind, "registered")).Ok();
        await ben.WaitForPacket("registered");
        ben.Packets().ShouldBe(["first", "registered"]);
    }

    [Fact]
    public async Task A_registration_holds_for_all_devices_of_the_user()
    {
        var name = $"streams {Guid.CreateVersion7()}";
        await Wire.Register(name, "correct horse");
        var (_, members) = await Meet("Ann");
        var ann = members[0];
        var session = (await ann.Client.GetSessionInfo()).Ok().Body.Text("sessionId");
        var phone = await Enter(name, "correct horse");
        var laptop = await Enter(name, "correct horse");
        (await phone.Client.JoinSession(session)).Ok();
        await laptop.Client.WaitFor("SessionSnapshot");

        (await phone.Register(ann.Id, Kind)).Ok();
        await Arrives(ann, laptop, "both");
        var tablet = await Enter(name, "correct horse");
        (await ann.SendData(Kind, "three")).Ok();
        foreach (var device in new[] { phone, laptop, tablet })
        {
            await device.WaitForPacket("three");
            device.Packets().ShouldBeUnique();
        }

        (await laptop.Unregister(ann.Id, Kind)).Ok();
        await phone.Client.CatchUp(phone.Id, "the news of it has come");
        await tablet.Client.WaitFor("MessageSent");
        (await ann.SendData(Kind, "nobody")).Ok();
        foreach (var device in new[] { phone, laptop, tablet })
        {
            (await device.Client.Call("GetRegisteredDataStreams")).Keys().ShouldBeEmpty();
            device.Packets().ShouldNotContain("nobody");
        }
    }

    [Theory]
    [InlineData("""{"a":[1,2.50,-3e7,true,null,{"b":""}],"ü":"😀 \u0000 \u001e","a b":1.0}""")]
    [InlineData("false")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("0.0")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("\"two\\nlines \\/ \\u00fc\"")]
    public async Task Any_json_value_arrives_byte_for_byte(string json)
    {
        var (_, members) = await Meet("Ann", "Ben");
        using var document = JsonDocument.Parse(json);
        (await members[1].Register(members[0].Id, Kind)).Ok();

        (await members[0].SendData(Kind, document.RootElement)).Ok();
        (await members[0].PushAudio(document.RootElement)).Ok();

        var sent = JsonSerializer.Serialize(document.RootElement, JsonSerializerOptions.Web);
        (await members[1].Client.WaitFor("DataReceived")).Data.GetProperty("data").GetRawText().ShouldBe(sent);
        (await members[1].Client.WaitFor("AudioSent")).Data.GetProperty("audioData").GetRawText().ShouldBe(sent);
    }

    [Fact]
    public async Task A_million_bytes_arrive_as_they_were_sent()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var bytes = new byte[1_000_008];
        new Random(1).NextBytes(bytes);
        (await members[1].Register(members[0].Id, Kind)).Ok();

        (await members[0].SendData(Kind, Convert.ToBase64String(bytes))).Ok();

        (await members[1].Client.WaitFor("DataReceived")).Data.GetProperty("data").GetBytesFromBase64().ShouldBe(bytes);
    }

    [Fact]
    public async Task Ten_thousand_packets_of_four_senders_reach_four_receivers_in_the_order_of_each()
    {
        const int Each = 2_500;
        var (_, members) = await Meet("Ann", "Ben", "Eve", "Kim");
        foreach (var (receiver, sender) in from r in members from s in members select (r, s))
        {
            (await receiver.Register(sender.Id, Kind)).Ok();
        }

        await Task.WhenAll(members.Select(async sender =>
        {
            foreach (var sent in await Task.WhenAll(Enumerable.Range(0, Each).Select(i => sender.Client.Call("SendData", new { kind = Kind, data = i + 1 })).ToArray()))
            {
                sent.Ok();
            }
        }));

        foreach (var receiver in members)
        {
            var packets = Array.Empty<JsonElement>();
            await Eventually(() =>
            {
                packets = [.. receiver.Client.Events("DataReceived").Select(e => e.Data)];
                return packets.Length == 4 * Each ? null : $"{packets.Length} came";
            });
            foreach (var sender in packets.GroupBy(p => p.Text("userId")))
            {
                sender.Select(p => p.GetProperty("data").GetInt32()).ShouldBe(Enumerable.Range(1, Each));
                if (Has(WireFeatures.NumbersPackets))
                {
                    sender.Select(p => p.GetProperty("seq").GetInt32()).ShouldBe(Enumerable.Range(1, Each));
                    sender.Select(p => p.GetProperty("prev").GetInt32()).ShouldBe(Enumerable.Range(0, Each));
                }
            }
        }
    }

    [Fact]
    public async Task Over_its_bytes_of_a_second_a_packet_is_refused_and_not_lost_in_silence()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        (await ben.Register(ann.Id, Kind)).Ok();
        var body = (await ann.Client.Call("DeclareDataStream", new { kind = Kind, policy = "dropOldest", waitingMax = 1_000, bytesPerSecondMax = 2_000 })).Ok().Body;
        body.GetProperty("dataStreams").GetProperty(Kind).Text("policy").ShouldBe("dropOldest");
        body.GetProperty("dataStreams").GetProperty(Kind).GetProperty("waitingMax").GetInt32().ShouldBe(1_000);
        body.GetProperty("dataStreams").GetProperty(Kind).GetProperty("bytesPerSecondMax").GetInt32().ShouldBe(2_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => ann.SendData(Kind, new string((char)('0' + i), 998))).ToArray());

        answers.Select(a => a.Error).Distinct().ShouldBe([0, 9006]);
        var accepted = Enumerable.Range(0, 10).Where(i => answers[i].Error == 0).Select(i => new string((char)('0' + i), 998)).ToArray();
        await ben.WaitForPacket(accepted[^1]);
        ben.Packets().ShouldBe(accepted);
        (await ann.SendData(Kind, new string('x', 1_999))).Error.ShouldBe(9003);
    }

    [Fact]
    public async Task Audio_reaches_all_others_in_the_order_of_the_session_and_not_its_sender()
    {
        var (_, members) = await Meet("Ann", "Ben", "Eve");
        var ann = members[0];
        (await ann.Client.SendMessageToAll("before")).Ok();
        (await ann.PushAudio("la")).Ok();
        (await ann.Client.SendMessageToAll("after")).Ok();
        foreach (var other in members[1..])
        {
            await other.Client.WaitFor("MessageSent", d => d.Text("message") == "after");
            other.Client.Events().Select(e => e.What).Where(w => w != "USER_JOINED_SESSION").ShouldBe(["MessageSent", "AudioSent", "MessageSent"]);
            var audio = other.Client.Events("AudioSent")[0].Data;
            audio.Text("audioFrom").ShouldBe(ann.Id);
            audio.Text("audioData").ShouldBe("la");
        }

        await ann.Client.CatchUp(ann.Id, "end");
        ann.Client.Events("AudioSent").ShouldBeEmpty();
    }

    [Fact]
    public async Task Outside_of_a_session_every_command_is_refused_before_anything_else()
    {
        var eve = await Enter("Eve");
        foreach (var command in new[] { "DeclareDataStream", "RemoveDataStream", "GetAvailableDataStreams", "RegisterForDataStream", "UnregisterFromDataStream", "SendData", "PushAudio" })
        {
            (await eve.Client.Call(command, new { })).Error.ShouldBe(800, command);
        }

        foreach (var command in new[] { "RemoveAllDataStreams", "UnregisterFromAllDataStreams", "GetRegisteredDataStreams" })
        {
            (await eve.Client.Call(command)).Error.ShouldBe(800, command);
        }
    }

    private static string? Description(JsonElement packet) => packet.TryGetProperty("description", out var description) ? description.GetString() : null;

    private string? Described(string description) => Has(WireFeatures.DescribesPackets) ? description : null;

    /// <summary>Sends until it has come: the news of a registration needs a moment to reach another device.</summary>
    private static Task Arrives(Person sender, Person receiver, string data)
    {
        var count = 0;
        return Eventually(async () =>
        {
            (await sender.SendData(Kind, $"{data} {count++}")).Ok();
            return receiver.Client.Events("DataReceived").Count > 0 ? null : "nothing came";
        });
    }

    private static void Shows(JsonElement stream, Person owner, string description)
    {
        stream.Text("dataStreamUserId").ShouldBe(owner.Id);
        stream.Text("dataStreamKind").ShouldBe(Kind);
        stream.Text("dataStreamDescription").ShouldBe(description);
        stream.Text("dataSteamDescription").ShouldBe(description);
        stream.Text("policy").ShouldBe("reliable");
    }
}
