using Orchestrator.Api;
using Orchestrator.EngineIo;
using Orchestrator.Sessions;
using Orchestrator.SocketIo;
using Orchestrator.Tests;

namespace Orchestrator.VrTogether;

/// <summary>The known problems of version 2, by their numbers, and what becomes of each here.</summary>
public sealed class ProblemTests(SharedServer shared) : VrTogetherTest(shared)
{
    [Fact]
    public async Task P1_a_malformed_request_is_answered_and_ends_nothing()
    {
        var ann = await Enter("Ann");
        ann.Peer.Tell("GetSessions", "{}");
        ann.Peer.Tell("Login");
        (await ann.Peer.Ask("Login")).Error.ShouldBe(207);
        (await ann.Peer.Ask("AddSession", """{"sessionName":"n"}""")).Error.ShouldBe(207);
        (await ann.Peer.Ask("UpdateUserDataJson", """{"userDataJson":"{\"a\":"}""")).Error.ShouldBe(1700);
        (await ann.Peer.Ask("SendMessage", "null,null")).Error.ShouldBe(207);
        foreach (var request in new[] { "JoinSession", "GetUserData", "DeleteSession", "SendMessageToAll" })
        {
            foreach (var arguments in new[] { "", "5", "\"text\"", "[]", "[{}]", "null", "true" })
            {
                (await ann.Peer.Ask(request, arguments)).Error.ShouldBe(207, $"{request} {arguments}");
            }
        }

        (await ann.Peer.Ask("GetSessions", "{}")).Ok();
        ann.Peer.End.ShouldBeNull();
    }

    [Fact]
    public async Task P1_a_reset_with_an_argument_is_refused()
    {
        await using var server = await HubServer.Start(("Admin:TrustLoopback", true));
        (await Connect(server: server).Ask("ResetOrchestrator", "{}")).Text.ShouldBe("""430[{"error":207,"message":"This takes no parameters.","body":{}}]""");
    }

    [Fact]
    public async Task P2_what_concerns_everybody_needs_an_administrator()
    {
        var eve = await Enter("Eve");
        foreach (var request in new[] { "DumpData", "ResetOrchestrator", "TerminateOrchestrator" })
        {
            (await Connect().Ask(request)).Error.ShouldBe(204, request);
            (await eve.Peer.Ask(request)).Error.ShouldBe(801, request);
        }

        (await eve.Peer.Ask("GetSessions", "{}")).Ok();
    }

    [Theory]
    [InlineData(false, "/log", "The log is for administrators.")]
    [InlineData(true, "/log", "The log is not told here yet.")]
    [InlineData(true, "/elsewhere", "Invalid namespace")]
    public async Task P2_nobody_enters_the_log(bool isTrusted, string @namespace, string sentence)
    {
        await using var server = await HubServer.Start(("Admin:TrustLoopback", isTrusted));
        var visitor = DirectPipe.Visit(server, EngineIoVersion.Four);
        Should.Throw<Refusal>(() => visitor.Enter(@namespace, "id", null)).Message.ShouldBe(sentence);
    }

    [Fact]
    public async Task P2_a_line_of_the_log_that_a_client_makes_up_reaches_nobody()
    {
        var (ann, eve) = (await Enter("Ann"), await Enter("Eve"));
        await Meet(ann, eve);
        eve.Peer.Tell("log", """[{"timestamp":"[now]","level":"info","message":"forged"}]""");
        (await eve.Peer.Ask("SendMessageToAll", """{"message":"the end"}""")).Ok();
        await ann.Peer.WaitFor("MessageSent");
        ann.Peer.Packets.ShouldNotContain(p => p.Text.Contains("forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task P3_a_name_in_use_is_another_user_and_both_are_answered()
    {
        var (first, second) = (await Enter("Ann"), await Enter("Ann"));
        second.Id.ShouldNotBe(first.Id);
        (await first.Peer.Ask("AddSession", Scene.Session("n"))).Ok();
        (await second.Peer.Ask("GetSessionInfo", "{}")).Error.ShouldBe(700);
        (await first.Peer.Ask("GetSessionInfo", "{}")).Ok().Body.Texts("sessionUsers").ShouldBe([first.Id]);
    }

    [Fact]
    public async Task P4_a_login_that_failed_may_be_tried_again()
    {
        var peer = Connect();
        (await peer.Ask("Login", """{"userName":""}""")).Error.ShouldBe(204);
        var ann = await Enter("Ann", peer);
        (await peer.Ask("AddSession", Scene.Session("n"))).Ok().Body.Text("sessionAdministrator").ShouldBe(ann.Id);
    }

    [Fact]
    public async Task P5_after_a_logout_the_next_login_is_who_acts()
    {
        var ann = await Enter("Ann");
        (await ann.Peer.Ask("Logout", "{}")).Ok();
        var ben = await Enter("Ben", ann.Peer);
        ben.Id.ShouldNotBe(ann.Id);
        (await ben.Peer.Ask("AddSession", Scene.Session("n"))).Ok().Body.Texts("sessionUsers").ShouldBe([ben.Id]);
    }

    [Fact]
    public async Task P6_a_second_session_is_refused()
    {
        var ann = await Enter("Ann");
        var session = await Meet(ann);
        (await ann.Peer.Ask("AddSession", Scene.Session("another"))).Error.ShouldBe(602);
        (await ann.Peer.Ask("GetSessions", "{}")).Body.EnumerateObject().Where(s => s.Value.Texts("sessionUsers").Contains(ann.Id)).Select(s => s.Name).ShouldBe([session]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task P7_a_session_closes_once_with_its_administrator_and_its_members_are_free(bool isCut)
    {
        var (ann, ben, eve) = (await Enter("Ann"), await Enter("Ben"), await Enter("Eve", ConnectOld()));
        var session = await Meet(ann, ben, eve);
        if (isCut)
        {
            ann.Peer.Cut();
        }
        else
        {
            (await ann.Peer.Ask("Logout", "{}")).Ok();
        }

        foreach (var member in new[] { ben, eve })
        {
            await member.Peer.WaitFor("SessionClosed");
            member.Peer.Packets.Select(p => p.EventId ?? p.Name).TakeLast(3).ShouldBe(
                ["MASTER_CHANGED", member == eve ? "USER_LEAVED_SESSION" : "USER_LEFT_SESSION", "SessionClosed"]);
            (await member.Peer.Ask("LeaveSession", "{}")).Ok();
            (await member.Peer.Ask("GetSessionInfo", "{}")).Error.ShouldBe(700);
            (await member.Peer.Ask("SendMessageToAll", """{"message":"anybody?"}""")).Error.ShouldBe(800);
            (await member.Peer.Ask("JoinSession", $$"""{"sessionId":"{{session}}"}""")).Error.ShouldBe(503);
            member.Peer.Packets.Count(p => p.Name == "SessionClosed").ShouldBe(1);
        }

        (await eve.Peer.Ask("GetUserInfo", $$"""{"userId":"{{ann.Id}}"}""")).Error.ShouldBe(1301);
    }

    [Fact]
    public async Task A_member_that_is_lost_leaves_at_once()
    {
        var (ann, ben) = (await Enter("Ann"), await Enter("Ben"));
        await Meet(ann, ben);
        ben.Peer.Cut();
        await ann.Peer.WaitFor("USER_LEFT_SESSION", p => p.Arguments[0].GetProperty("eventData").Text("userId") == ben.Id);
        ann.Peer.Packets.ShouldNotContain(p => p.EventId == "USER_AWAY");
        (await ann.Peer.Ask("GetSessionInfo", "{}")).Body.Texts("sessionUsers").ShouldBe([ann.Id]);
    }

    [Fact]
    public async Task P8_a_declaration_without_a_description_is_answered()
    {
        var ann = await Enter("Ann");
        await Meet(ann);
        (await ann.Peer.Ask("DeclareDataStream", "\"k\"")).Ok().Body.GetProperty("dataStreams").GetProperty("k").Text("dataStreamDescription").ShouldBe("");
    }

    [Fact]
    public async Task P9_who_asks_is_answered_after_what_it_caused()
    {
        var ann = await Enter("Ann");
        await Meet(ann);
        var before = ann.Peer.Packets.Count;
        (await ann.Peer.Ask("SendSceneEventToMaster", "1")).Ok();
        (await ann.Peer.Ask("SendSceneEventToUser", $"\"{ann.Id}\",2")).Ok();
        (await ann.Peer.Ask("SendSceneEventToAllUsers", "3")).Ok();
        (await ann.Peer.Ask("SendMessageToAll", """{"message":4}""")).Ok();
        (await ann.Peer.Ask("UpdateUserDataJson", """{"userDataJson":{"a":5}}""")).Ok();
        ann.Peer.PacketsFrom(before).Select(p => p.EventId ?? p.Name ?? "ack").ShouldBe(
            ["SceneEventToMaster", "ack", "SceneEventToUser", "ack", "SceneEventToUser", "ack", "MessageSent", "ack", "USER_DATA_UPDATED", "ack"]);
        (await ann.Peer.Ask("NoSuchRequest")).Error.ShouldBe(9002);
        (await Connect().Ask("GetSessions", "{}")).Error.ShouldBe(204);
    }

    [Fact]
    public async Task P10_a_description_has_both_spellings_and_who_joined_has_its_sfu_data()
    {
        var (ann, ben) = (await Enter("Ann"), await Enter("Ben"));
        await Meet(ann, ben);
        (await ann.Peer.WaitFor("USER_JOINED_SESSION")).Arguments[0].GetProperty("eventData").GetProperty("userData").GetProperty("sfuData").GetRawText()
            .ShouldBe("""{"url_gen":"","url_audio":"","url_pcc":""}""");
        var stream = (await ann.Peer.Ask("DeclareDataStream", "\"k\",\"d\"")).Body.GetProperty("dataStreams").GetProperty("k");
        (stream.Text("dataStreamDescription"), stream.Text("dataSteamDescription")).ShouldBe(("d", "d"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_008)]
    [InlineData(2_000_000)]
    public async Task P12_binary_data_of_any_size_arrives_as_it_was_sent(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        var (ann, ben) = (await Enter("Ann", await ConnectSocket()), await Enter("Ben", await ConnectSocket()));
        var old = await Enter("Old", await ConnectSocket(EngineIoVersion.Three));
        await Meet(ann, ben, old);
        foreach (var receiver in new[] { ben, old })
        {
            (await receiver.Peer.Ask("RegisterForDataStream", $"\"{ann.Id}\",\"k\"")).Ok();
        }

        ann.Peer.Tell("SendData", "\"k\",{\"_placeholder\":true,\"num\":0}", bytes);
        ann.Peer.Tell("SendSceneEventToAllUsers", """{"_placeholder":true,"num":0}""", bytes);
        ann.Peer.Tell("PushAudio", """{"_placeholder":true,"num":0}""", bytes);

        foreach (var receiver in new[] { ben, old })
        {
            foreach (var name in new[] { "DataReceived", "SceneEventToUser", "AudioSent" })
            {
                (await receiver.Peer.WaitFor(name)).Attachments.Single().ShouldBe(bytes, name);
            }
        }

        ann.Peer.Packets.Count(p => p.Attachments.Count > 0).ShouldBe(1, "its own scene event, and no answers");
    }

    [Fact]
    public async Task Binary_parts_inside_of_json_arrive_where_they_were()
    {
        var (ann, ben) = (await Enter("Ann"), await Enter("Ben"));
        await Meet(ann, ben);
        (await ann.Peer.Ask(
            "SendMessageToAll",
            """{"other":{"_placeholder":true,"num":0},"message":{"a":[1,{"_placeholder":true,"num":2}],"b":{"_placeholder":true,"num":1}}}""",
            [1], [2], [3])).Ok();
        (await ann.Peer.Ask("SendSceneEventToAllUsers", """{"x":{"_placeholder":true,"num":0}}""", [4])).Ok();

        var message = await ben.Peer.WaitFor("MessageSent");
        message.Text.ShouldBe($$$$"""452-["MessageSent",{"messageFrom":"{{{{ann.Id}}}}","messageFromName":"Ann","message":{"a":[1,{"_placeholder":true,"num":0}],"b":{"_placeholder":true,"num":1}}}]""");
        message.Attachments.ShouldBe([[3], [2]]);
        (await ben.Peer.WaitFor("SceneEventToUser")).Attachments.Single().ShouldBe([4]);
    }

    [Fact]
    public async Task P13_an_attachment_that_never_comes_is_an_empty_one()
    {
        var (ann, ben) = (await Enter("Ann", await ConnectSocket()), await Enter("Ben", await ConnectSocket()));
        await Meet(ann, ben);
        ann.Peer.Send("""451-["SendSceneEventToAllUsers",{"_placeholder":true,"num":0}]""");
        (await ann.Peer.Ask("SendMessageToAll", """{"message":"and on"}""")).Ok();
        await ben.Peer.WaitFor("MessageSent");
        (await ben.Peer.WaitFor("SceneEventToUser")).Attachments.Single().ShouldBeEmpty();
    }

    [Fact]
    public async Task P14_streams_end_with_the_membership_and_one_may_unregister_from_who_has_gone()
    {
        var (ann, ben) = (await Enter("Ann"), await Enter("Ben"));
        var session = await Meet(ann, ben);
        (await ben.Peer.Ask("DeclareDataStream", "\"own\"")).Ok();
        (await ben.Peer.Ask("RegisterForDataStream", $"\"{ann.Id}\",\"k\"")).Ok();
        (await ben.Peer.Ask("LeaveSession", "{}")).Ok();
        (await ben.Peer.Ask("JoinSession", $$"""{"sessionId":"{{session}}"}""")).Ok();
        (await ben.Peer.Ask("RemoveDataStream", "\"none\"")).Ok().Body.GetProperty("dataStreams").GetRawText().ShouldBe("{}");
        (await ben.Peer.Ask("RegisterForDataStream", $"\"{ann.Id}\",\"k\"")).Ok();
        (await ann.Peer.Ask("LeaveSession", "{}")).Ok();
        (await ben.Peer.Ask("UnregisterFromDataStream", $"\"{ann.Id}\",\"k\"")).Ok().Body.GetProperty("remoteDataStreams").GetRawText().ShouldBe("{}");
        (await ben.Peer.Ask("UnregisterFromDataStream", $"\"{ben.Id}\",\"k\"")).Ok();
    }

    [Fact]
    public void P15_a_list_is_made_once_for_all_who_ask_between_two_changes()
    {
        var made = 0;
        var records = new Encoded<IReadOnlyDictionary<SessionId, SessionRecord>>(() =>
        {
            made++;
            return new Dictionary<SessionId, SessionRecord>();
        });
        var lists = new ListShapes();
        var encoder = new PacketEncoder(EngineIoVersion.Four, "/");
        var first = lists.Sessions(records, VrTogetherVersion.Two);
        encoder.Ack(1, first).ShouldBe(encoder.Ack(1, lists.Sessions(records, VrTogetherVersion.Two)));
        lists.Sessions(records, VrTogetherVersion.Two).ShouldBeSameAs(first);
        lists.Sessions(records, VrTogetherVersion.One).ShouldNotBeSameAs(first);
        made.ShouldBe(1);
    }

    [Fact]
    public async Task An_administrators_reset_and_end_are_acknowledged_with_nothing_and_then_done()
    {
        await using var server = await HubServer.Start(("Admin:TrustLoopback", true));
        var ann = Connect(server: server);
        (await ann.Ask("Login", """{"userName":"Ann"}""")).Ok();
        (await ann.Ask("AddSession", Scene.Session("n"))).Ok();
        var dump = (await Connect(server: server).Ask("DumpData")).Ok().Body;
        dump.EnumerateObject().Select(p => p.Name).ShouldBe(["id", "sessions", "users"]);

        var root = Connect(server: server);
        (await root.Ask("ResetOrchestrator")).Text.ShouldBe("430[]");
        await ann.WaitFor("SessionClosed");
        foreach (var peer in new[] { ann, root })
        {
            await Eventually(() => peer.End is null ? "it is not closed" : null);
            peer.End!.Value.Code.ShouldBe(4503);
        }

        var last = Connect(server: server);
        (await last.Ask("TerminateOrchestrator")).Text.ShouldBe("430[]");
        await Eventually(() => last.End is null ? "it is not closed" : null);
        last.End!.Value.Code.ShouldBe(4501);
    }
}
