using Orchestrator.Tests;

namespace Orchestrator.VrTogether;

/// <summary>What the unmodified client of version 2 and the server say to each other in an evening, frame by frame.</summary>
public sealed class TranscriptTests(SharedServer shared) : VrTogetherTest(shared)
{
    private const string Sfu = """{"url_gen":"","url_audio":"","url_pcc":""}""";
    private const string Placeholder = """{"_placeholder":true,"num":0}""";

    [Fact]
    public async Task A_session_of_two_unmodified_clients()
    {
        var (host, guest) = (await ConnectSocket(), await ConnectSocket());
        var hostId = await LogIn(host, "Host");
        var guestId = await LogIn(guest, "Guest");
        host.Send("""421["UpdateUserDataJson",{"userDataJson":"{\"userRepresentation\":0,\"hasVoice\":true,\"userRepresentationTCPUrl\":\"\"}"}]""");
        const string HostData = """{"userRepresentation":0,"hasVoice":true,"userRepresentationTCPUrl":""}""";
        (await host.Acknowledged(1)).Text.ShouldBe($$"""431[{"error":0,"message":"OK","body":{{HostData}}}]""");

        host.Send("""422["AddSession",{"sessionName":"evening","sessionDescription":"x","sessionProtocol":"socketio","scenarioDefinition":{"scenarioId":"chess","scenarioName":null,"scenarioDescription":null}}]""");
        var added = (await host.Acknowledged(2)).Ok();
        var session = added.Body.Text("sessionId");
        var hostUser = $$$"""{"userId":"{{{hostId}}}","userName":"Host","userData":{{{HostData}}},"sfuData":{{{Sfu}}},"presence":"online"}""";
        var guestUser = $$$"""{"userId":"{{{guestId}}}","userName":"Guest","userData":{},"sfuData":{{{Sfu}}},"presence":"online"}""";
        string Shown(string users, string definitions) =>
            $$"""{"sessionId":"{{session}}","sessionName":"evening","sessionDescription":"x","sessionAdministrator":"{{hostId}}","sessionMaster":"{{hostId}}","scenarioId":"chess","sessionUsers":[{{users}}],"sessionUserDefinitions":[{{definitions}}],"sessionProtocol":"socketio","masterEpoch":1}""";
        added.Text.ShouldBe($$"""432[{"error":0,"message":"OK","body":{{Shown($"\"{hostId}\"", hostUser)}}}]""");
        guest.Send($$"""421["JoinSession",{"sessionId":"{{session}}"}]""");
        (await guest.Acknowledged(1)).Text.ShouldBe($$"""431[{"error":0,"message":"OK","body":{{Shown($"\"{hostId}\",\"{guestId}\"", $"{hostUser},{guestUser}")}}}]""");
        (await host.WaitFor("USER_JOINED_SESSION")).Text.ShouldBe(
            $$$$"""42["SessionUpdated",{"eventId":"USER_JOINED_SESSION","eventData":{"userId":"{{{{guestId}}}}","userData":{{{{guestUser}}}}}}]""");

        host.Send("""423["SendMessageToAll",{"message":"START_{\"a\":1}"}]""");
        var said = $$"""42["MessageSent",{"messageFrom":"{{hostId}}","messageFromName":"Host","message":"START_{\"a\":1}"}]""";
        (await host.Acknowledged(3)).Text.ShouldBe("""433[{"error":0,"message":"OK","body":{}}]""");
        host.Packets[^2].Text.ShouldBe(said);
        (await guest.WaitFor("MessageSent")).Text.ShouldBe(said);

        host.Send("""42["DeclareDataStream","points"]""");
        guest.Send($$"""42["RegisterForDataStream","{{hostId}}","points"]""");
        guest.Send("""422["GetSessionInfo",{}]""");
        (await guest.Acknowledged(2)).Ok();
        host.Send($$"""451-["SendData","points",{{Placeholder}}]""", [0, 1, 2]);
        var data = await guest.WaitFor("DataReceived");
        data.Text.ShouldBe($$"""451-["DataReceived","{{hostId}}","points",{{Placeholder}}]""");
        data.Attachments.Single().ShouldBe([0, 1, 2]);

        guest.Send($$"""451-["SendSceneEventToMaster",{{Placeholder}}]""", "{\"TypeId\":100}"u8.ToArray());
        (await host.WaitFor("SceneEventToMaster")).Text.ShouldBe($$$"""451-["SceneEventToMaster",{"sceneEventFrom":"{{{guestId}}}","sceneEventData":{{{Placeholder}}}}]""");
        host.Send($$"""451-["SendSceneEventToUser","{{guestId}}",{{Placeholder}}]""", [1]);
        host.Send($$"""451-["SendSceneEventToAllUsers",{{Placeholder}}]""", [2]);
        await host.WaitFor("SceneEventToUser");
        await guest.WaitFor("SceneEventToUser", p => p.Attachments[0][0] == 2);
        var toUser = $$$"""451-["SceneEventToUser",{"sceneEventFrom":"{{{hostId}}}","sceneEventData":{{{Placeholder}}}}]""";
        guest.Packets.Where(p => p.Name == "SceneEventToUser").Select(p => (p.Text, (int)p.Attachments[0][0])).ShouldBe([(toUser, 1), (toUser, 2)]);

        host.Send("""424["LeaveSession",{}]""");
        (await host.Acknowledged(4)).Text.ShouldBe("""434[{"error":0,"message":"OK","body":{}}]""");
        (await guest.WaitFor("USER_LEFT_SESSION")).Text.ShouldBe($$$"""42["SessionUpdated",{"eventId":"USER_LEFT_SESSION","eventData":{"userId":"{{{hostId}}}","reason":"left"}}]""");
        guest.Send("""423["LeaveSession",{}]""");
        (await guest.Acknowledged(3)).Ok();
        host.Send("""425["GetSessionInfo",{}]""");
        (await host.Acknowledged(5)).Ok().Body.GetProperty("sessionUsers").GetArrayLength().ShouldBe(0);
        host.Send($$"""426["DeleteSession",{"sessionId":"{{session}}"}]""");
        (await host.Acknowledged(6)).Text.ShouldBe("""436[{"error":0,"message":"OK","body":{}}]""");
    }

    private static async Task<string> LogIn(SocketIoPeer peer, string name)
    {
        peer.Send($$"""420["Login",{"userName":"{{name}}"}]""");
        var login = await peer.Acknowledged(0);
        var id = login.Body.Text("userId");
        login.Text.ShouldBe($$$"""430[{"error":0,"message":"OK","body":{"userId":"{{{id}}}"}}]""");
        return id;
    }
}
