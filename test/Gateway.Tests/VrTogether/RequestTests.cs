using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.EngineIo;
using Orchestrator.Tests;

namespace Orchestrator.VrTogether;

/// <summary>The table of requests: what each takes, and what it answers, in the exact texts of the wire.</summary>
public sealed class RequestTests(SharedServer shared) : VrTogetherTest(shared)
{
    private const string User = """{"url_gen":"","url_audio":"","url_pcc":""}""";

    private static readonly string[] OfVersionTwo =
    [
        "Login", "Logout", "AddSession", "DeleteSession", "GetSessions", "GetSessionInfo", "JoinSession", "LeaveSession", "SendMessageToAll", "SendMessage", "GetUserData",
        "UpdateUserDataJson", "SendSceneEventToMaster", "SendSceneEventToUser", "SendSceneEventToAllUsers", "DeclareDataStream", "RemoveDataStream", "RegisterForDataStream",
        "UnregisterFromDataStream", "SendData", "GetOrchestratorVersion", "GetNTPTime", "DumpData", "ResetOrchestrator", "TerminateOrchestrator",
    ];

    private static readonly string[] OfVersionOne =
    [
        "AddUser", "DeleteUser", "GetUsers", "GetUserInfo", "UpdateUserData", "UpdateUserDataArray", "ClearUserData", "GetScenarios", "GetScenarioInfo", "GetScenarioInstanceInfo",
        "AddScenario", "GetRooms", "GetRoomInfo", "JoinRoom", "LeaveRoom", "StartScenario", "RestartScenario", "StopScenario", "SendSceneEventToUserDirect",
        "SendSceneEventToAllUsersDirect", "GetSfuData", "GetLivePresenterData", "RemoveAllDataStreams", "UnregisterFromAllDataStreams", "GetAvailableDataStreams",
        "GetRegisteredDataStreams", "PushAudio",
    ];

    public static TheoryData<string> BeforeLogin => [.. OfVersionTwo.Concat(OfVersionOne).Except(["Login", "AddUser", "GetOrchestratorVersion", "GetNTPTime"])];

    [Fact]
    public void Every_request_of_both_versions_is_there_and_no_other() =>
        new Requests(Server.Services.GetRequiredService<CommandTable>(), new ListShapes()).Names.ShouldBe(OfVersionTwo.Concat(OfVersionOne), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(BeforeLogin))]
    public async Task Before_login_it_is_answered_whatever_it_carries(string request)
    {
        foreach (var arguments in new[] { "", "{}", "5", """{"commandId":1}""" })
        {
            (await Connect().Ask(request, arguments)).Arguments[0].GetProperty("error").GetInt32().ShouldBe(204, arguments);
        }
    }

    [Theory]
    [InlineData("""["Login",{}]""", """[{"error":204,"message":"The user credentials are missing","body":{}}]""")]
    [InlineData("""["Login",{"userName":"","userPassword":"","commandId":3}]""", """[{"error":204,"message":"The user credentials are missing","body":{}}]""")]
    [InlineData("""["Login",{"userName":0}]""", """[{"error":204,"message":"The user credentials are missing","body":{}}]""")]
    [InlineData("""["Login"]""", """[{"error":207,"message":"The parameters are missing: they are one object.","body":{}}]""")]
    [InlineData("""["Login","Ann"]""", """[{"error":207,"message":"The parameters are missing: they are one object.","body":{}}]""")]
    [InlineData("""["Login",[]]""", """[{"error":207,"message":"The parameters are missing: they are one object.","body":{}}]""")]
    [InlineData("""["Login",{"userName":{},"commandId":"seven"}]""", """[{"error":207,"message":"The parameter is wrong at $.userName.","body":{},"commandId":"seven"}]""")]
    [InlineData("""["Login",{"userName":"\ud800"}]""", """[{"error":207,"message":"The parameter is wrong at $.userName.","body":{}}]""")]
    [InlineData("""["Login",{"\ud800":1}]""", """[{"error":207,"message":"The parameters are missing: they are one object.","body":{}}]""")]
    [InlineData("""["GetSessions",{"commandId":7}]""", """[{"error":204,"message":"The user credentials are missing","body":{},"commandId":7}]""")]
    [InlineData("""["NoSuch",{"commandId":{"a":[1,null]}}]""", """[{"error":9002,"message":"There is no such request.","body":{},"commandId":{"a":[1,null]}}]""")]
    [InlineData("""["GetSfuInfo",{}]""", """[{"error":9002,"message":"There is no such request.","body":{}}]""")]
    [InlineData("""["GetLivePresenterInfo",{}]""", """[{"error":9002,"message":"There is no such request.","body":{}}]""")]
    [InlineData("""["Resume",{"token":"x"}]""", """[{"error":9002,"message":"There is no such request.","body":{}}]""")]
    [InlineData("""["SendData","kind"]""", """[{"error":204,"message":"The user credentials are missing","body":{}}]""")]
    [InlineData("""["SendSceneEventToMaster",{"commandId":7}]""", """[{"error":204,"message":"The user credentials are missing","body":{}}]""")]
    [InlineData("""["ResetOrchestrator"]""", """[{"error":204,"message":"The user credentials are missing","body":{}}]""")]
    public async Task An_answer_before_login_is_exactly_this(string request, string answer)
    {
        var peer = Connect();
        peer.Send($"4212{request}");
        (await peer.Acknowledged(12)).Text.ShouldBe($"4312{answer}");
    }

    [Fact]
    public async Task Nobody_who_does_not_ask_is_answered()
    {
        var peer = Connect();
        peer.Tell("NoSuch");
        peer.Tell("Login", """{"userName":"Ann"}""");
        peer.Tell("GetSessions", "{}");
        (await peer.Ask("GetOrchestratorVersion", "{}")).Ok();
        peer.Packets.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_login_gives_an_id_and_nothing_to_come_back_with()
    {
        var peer = Connect();
        var answer = await peer.Ask("Login", """{"userName":"Ann","commandId":5,"language":"en"}""");
        var id = answer.Body.Text("userId");
        answer.Text.ShouldBe($$"""430[{"error":0,"message":"OK","body":{"userId":"{{id}}"},"commandId":5}]""");
        (await peer.Ask("Login", """{"userName":"Ben"}""")).Error.ShouldBe(209);
        (await peer.Ask("Logout", "{}")).Text.ShouldBe("""432[{"error":0,"message":"OK","body":{}}]""");
        (await peer.Ask("Login", """{"userName":"Ben"}""")).Ok().Body.Text("userId").ShouldNotBe(id);
    }

    [Fact]
    public async Task A_session_is_added_shown_listed_left_and_deleted_in_these_words()
    {
        var ann = await Enter("Ann");
        var added = await ann.Peer.Ask("AddSession", Scene.Session("  the evening "));
        var id = added.Body.Text("sessionId");
        var body = $$$"""{"sessionId":"{{{id}}}","sessionName":"the evening","sessionDescription":"for a test","sessionAdministrator":"{{{ann.Id}}}","sessionMaster":"{{{ann.Id}}}","scenarioId":"chess","sessionUsers":["{{{ann.Id}}}"],"sessionUserDefinitions":[{"userId":"{{{ann.Id}}}","userName":"Ann","userData":{},"sfuData":{{{User}}},"presence":"online"}],"sessionProtocol":"socketio","masterEpoch":1}""";
        added.Text.ShouldBe($$"""431[{"error":0,"message":"OK","body":{{body}}}]""");
        (await ann.Peer.Ask("GetSessionInfo", "{}")).Body.GetRawText().ShouldBe(body);
        (await ann.Peer.Ask("GetSessions", "{}")).Body.GetProperty(id).GetRawText().ShouldBe(body);
        (await ann.Peer.Ask("AddSession", Scene.Session("another"))).Text.ShouldBe("""434[{"error":602,"message":"The user already in a session","body":{}}]""");
        (await ann.Peer.Ask("DeleteSession", $$"""{"sessionId":"{{id}}"}""")).Text.ShouldBe("""435[{"error":504,"message":"The session is not empty","body":{}}]""");
        (await ann.Peer.Ask("LeaveSession", "{}")).Text.ShouldBe("""436[{"error":0,"message":"OK","body":{}}]""");
        (await ann.Peer.Ask("LeaveSession")).Text.ShouldBe("""437[{"error":800,"message":"The user is not in any session","body":{}}]""");
        (await ann.Peer.Ask("GetSessionInfo")).Ok().Body.TryGetProperty("sessionMaster", out _).ShouldBeFalse();
        (await ann.Peer.Ask("DeleteSession", $$"""{"sessionId":"{{id}}"}""")).Ok();
        (await ann.Peer.Ask("DeleteSession", $$"""{"sessionId":"{{id}}"}""")).Text.ShouldBe("""4310[{"error":503,"message":"The session was not found","body":{}}]""");
        (await ann.Peer.Ask("GetSessionInfo", "{}")).Text.ShouldBe("""4311[{"error":700,"message":"The user has not joined any session","body":{}}]""");
        (await ann.Peer.Ask("GetSessions", "{}")).Body.TryGetProperty(id, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", 207)]
    [InlineData("{}", 404)]
    [InlineData("""{"sessionName":5,"scenarioDefinition":{"scenarioId":"s"}}""", 404)]
    [InlineData("""{"sessionName":null,"scenarioDefinition":{"scenarioId":"s"}}""", 404)]
    [InlineData("""{"sessionName":"n"}""", 207)]
    [InlineData("""{"sessionName":"n","scenarioDefinition":null,"scenarioId":""}""", 207)]
    [InlineData("""{"sessionName":"n","scenarioDefinition":"chess"}""", 207)]
    [InlineData("""{"sessionName":"n","scenarioDefinition":{}}""", 207)]
    [InlineData("""{"sessionName":"n","scenarioDefinition":{"scenarioId":null}}""", 207)]
    [InlineData("""{"sessionName":"n","scenarioId":"no such scenario"}""", 9008)]
    [InlineData("""{"sessionName":"n","scenarioDefinition":{"scenarioId":"s"},"canBeMaster":"maybe"}""", 207)]
    public async Task A_session_that_does_not_fit_is_refused(string parameters, int error)
    {
        var ann = await Enter("Ann");
        (await ann.Peer.Ask("AddSession", parameters)).Error.ShouldBe(error);
        (await ann.Peer.Ask("GetSessionInfo", "{}")).Error.ShouldBe(700);
    }

    [Theory]
    [InlineData("JoinSession", """{"sessionId":"nowhere"}""", 503)]
    [InlineData("JoinSession", """{"sessionId":"no id at all"}""", 503)]
    [InlineData("JoinSession", """{"sessionId":5}""", 207)]
    [InlineData("JoinSession", "{}", 207)]
    [InlineData("DeleteSession", """{"sessionId":"no id at all"}""", 503)]
    [InlineData("DeleteSession", """{"sessionId":null}""", 207)]
    [InlineData("SendMessageToAll", """{"message":"m"}""", 800)]
    [InlineData("SendMessageToAll", "{}", 207)]
    [InlineData("SendMessage", """{"userId":"nobody","message":"m"}""", 800)]
    [InlineData("SendMessage", """{"message":"m"}""", 207)]
    [InlineData("GetUserData", """{"userId":"nobody"}""", 1301)]
    [InlineData("GetUserData", """{"userId":"nobody at all"}""", 1301)]
    [InlineData("GetUserInfo", """{"userId":"nobody"}""", 1301)]
    [InlineData("UpdateUserDataJson", "{}", 1700)]
    [InlineData("UpdateUserDataJson", """{"userDataJson":""}""", 1700)]
    [InlineData("UpdateUserDataJson", """{"userDataJson":"{no json"}""", 1700)]
    [InlineData("UpdateUserData", """{"userDataKey":"k"}""", 207)]
    [InlineData("UpdateUserDataArray", """{"userDataArray":"[5]"}""", 1700)]
    [InlineData("AddScenario", """{"scenarioName":"no id"}""", 207)]
    [InlineData("GetScenarioInfo", """{"scenarioId":"no such"}""", 9008)]
    [InlineData("GetScenarioInstanceInfo", """{"scenarioId":"no such"}""", 700)]
    [InlineData("StartScenario", "{}", 800)]
    [InlineData("RestartScenario", "", 800)]
    [InlineData("StopScenario", "5", 207)]
    [InlineData("GetRooms", "{}", 800)]
    [InlineData("GetRoomInfo", "", 800)]
    [InlineData("JoinRoom", """{"roomId":"r"}""", 800)]
    [InlineData("JoinRoom", "{}", 207)]
    [InlineData("LeaveRoom", "{}", 800)]
    [InlineData("GetAvailableDataStreams", """{"dataStreamUserId":""}""", 800)]
    [InlineData("GetRegisteredDataStreams", "{}", 800)]
    [InlineData("GetSfuData", "{}", 800)]
    [InlineData("GetLivePresenterData", "{}", 800)]
    [InlineData("DeleteUser", "{}", 801)]
    [InlineData("DumpData", "{}", 801)]
    [InlineData("ResetOrchestrator", "", 801)]
    [InlineData("TerminateOrchestrator", "{}", 801)]
    [InlineData("SendSceneEventToMaster", "\"x\"", 800)]
    [InlineData("SendSceneEventToUser", "", 800)]
    [InlineData("SendSceneEventToUser", "{},5", 207)]
    [InlineData("SendSceneEventToAllUsers", "", 800)]
    [InlineData("SendSceneEventToUserDirect", "\"nobody\",1", 800)]
    [InlineData("SendSceneEventToAllUsersDirect", "1", 800)]
    [InlineData("DeclareDataStream", "\"k\"", 800)]
    [InlineData("DeclareDataStream", "{}", 207)]
    [InlineData("DeclareDataStream", "\"k\",\"d\",\"sometimes\"", 207)]
    [InlineData("RemoveDataStream", "", 800)]
    [InlineData("RemoveAllDataStreams", "", 800)]
    [InlineData("RegisterForDataStream", "\"u\",\"k\"", 800)]
    [InlineData("RegisterForDataStream", "\"u\",5", 207)]
    [InlineData("UnregisterFromDataStream", "\"u\",\"k\"", 800)]
    [InlineData("UnregisterFromAllDataStreams", "", 800)]
    [InlineData("SendData", "\"k\",\"d\"", 800)]
    [InlineData("PushAudio", "\"d\"", 800)]
    public async Task Outside_of_a_session_it_is_refused_with_its_number(string request, string arguments, int error)
    {
        var answer = await (await Enter("Eve")).Peer.Ask(request, arguments);
        answer.Error.ShouldBe(error);
        answer.Body.GetRawText().ShouldBe("{}");
    }

    [Theory]
    [InlineData(Payload.DepthMax, 0)]
    [InlineData(Payload.DepthMax + 1, 207)]
    public async Task What_nests_deeper_than_every_receiver_can_read_is_refused(int depth, int error)
    {
        var ann = await Enter("Ann");
        await Meet(ann);
        var nested = $"{new string('[', depth)}{new string(']', depth)}";
        foreach (var (request, arguments) in new[]
        {
            ("SendSceneEventToAllUsers", nested), ("SendData", $"\"kind\",{nested}"), ("PushAudio", nested), ("SendMessageToAll", $$"""{"message":{{nested}}}"""),
        })
        {
            (await ann.Peer.Ask(request, arguments)).Arguments[0].GetProperty("error").GetInt32().ShouldBe(error, request);
        }
    }

    [Fact]
    public async Task In_a_session_refusals_come_in_the_order_of_version_two_and_in_its_words()
    {
        var (ann, ben, eve) = (await Enter("Ann"), await Enter("Ben"), await Enter("Eve"));
        var session = await Meet(ann, ben);
        var other = await Meet(eve);
        foreach (var (who, request, arguments, error, message) in new (Visitor, string, string, int, string)[]
        {
            (ben, "JoinSession", $$"""{"sessionId":"{{session}}"}""", 603, "The user already in this session"),
            (ben, "JoinSession", $$"""{"sessionId":"{{other}}"}""", 602, "The user already in a session"),
            (ben, "JoinSession", """{"sessionId":"nowhere"}""", 503, "The session was not found"),
            (ben, "DeleteSession", $$"""{"sessionId":"{{session}}"}""", 501, "You are not the administrator of this session"),
            (ben, "SendMessage", $$"""{"userId":"{{eve.Id}}","message":"m"}""", 802, "The target user is not in the same session"),
            (ben, "SendMessage", """{"userId":"no id at all","message":"m"}""", 802, "The target user is not in the same session"),
            (ben, "SendSceneEventToUser", "", 3012, "The user is not the master of this session"),
            (ann, "SendSceneEventToUser", "", 3014, "Missing target user ID"),
            (ann, "SendSceneEventToUser", "\"\"", 3014, "Missing target user ID"),
            (ann, "SendSceneEventToUser", $"\"{eve.Id}\"", 700, "The user has not joined any session"),
            (ann, "SendSceneEventToUser", $"\"{ben.Id}\"", 3002, "No event data has been provided"),
            (ann, "SendSceneEventToUser", $"\"{ben.Id}\",null", 3002, "No event data has been provided"),
            (ben, "SendSceneEventToAllUsers", "1", 3012, "The user is not the master of this session"),
            (ann, "SendSceneEventToAllUsers", "0", 3002, "No event data has been provided"),
            (ben, "SendSceneEventToMaster", "", 3002, "No event data has been provided"),
            (ben, "SendSceneEventToMaster", "\"\"", 3002, "No event data has been provided"),
            (ben, "DeclareDataStream", "", 4002, "Missing type for data stream"),
            (ben, "RemoveDataStream", "null", 4002, "Missing type for data stream"),
            (ben, "RegisterForDataStream", "", 4001, "Missing user parameter"),
            (ben, "RegisterForDataStream", $"\"{eve.Id}\",\"k\"", 700, "The user has not joined any session"),
            (ben, "RegisterForDataStream", $"\"{ann.Id}\"", 4002, "Missing type for data stream"),
            (ben, "UnregisterFromDataStream", "null,\"k\"", 4001, "Missing user parameter"),
            (ben, "UnregisterFromDataStream", $"\"{ann.Id}\",\"\"", 4002, "Missing type for data stream"),
            (ben, "GetUserData", """{"userId":"nobody"}""", 1301, "The user was not found"),
            (ben, "UpdateUserDataJson", "{}", 1700, "User data (JSON) missing"),
        })
        {
            var answer = await who.Peer.Ask(request, arguments);
            answer.Arguments[0].GetRawText().ShouldBe($$$$"""{"error":{{{{error}}}},"message":"{{{{message}}}}","body":{}}""", $"{request} {arguments}");
        }
    }

    [Fact]
    public async Task Streams_are_answered_with_their_state_in_both_spellings()
    {
        var ann = await Enter("Ann");
        await Meet(ann);
        const string Declared = "\"dataStreamKind\":\"k\",\"dataStreamDescription\":\"d\",\"dataSteamDescription\":\"d\",\"policy\":\"reliable\"";
        (await ann.Peer.Ask("DeclareDataStream", "\"k\",\"d\"")).Ok().Body.GetRawText().ShouldBe(
            $$$$"""{"dataStreams":{"k":{"dataStreamUserId":"{{{{ann.Id}}}}",{{{{Declared}}}}}},"remoteDataStreams":{},"connectionId":"{{{{ann.Id}}}}","connectionLoggedAs":"{{{{ann.Id}}}}"}""");
        (await ann.Peer.Ask("RegisterForDataStream", $"\"{ann.Id}\",\"k\"")).Ok().Body.GetProperty("remoteDataStreams").GetRawText().ShouldBe(
            $$$"""{"{{{ann.Id}}}::k":{"dataStreamUserId":"{{{ann.Id}}}","dataStreamKind":"k","dataStreamDescription":"d"}}""");
        (await ann.Peer.Ask("GetAvailableDataStreams", $$"""{"dataStreamUserId":"{{ann.Id}}"}""")).Ok().Body.GetRawText().ShouldBe($$$$"""{"k":{"dataStreamUserId":"{{{{ann.Id}}}}",{{{{Declared}}}}}}""");
        (await ann.Peer.Ask("RemoveDataStream", "\"never declared\"")).Ok();
        (await ann.Peer.Ask("RemoveAllDataStreams")).Ok().Body.GetProperty("dataStreams").GetRawText().ShouldBe("{}");
        (await ann.Peer.Ask("UnregisterFromAllDataStreams")).Ok().Body.GetProperty("remoteDataStreams").GetRawText().ShouldBe("{}");
        (await ann.Peer.Ask("GetRegisteredDataStreams", "{}")).Ok().Body.GetRawText().ShouldBe("{}");
    }

    [Fact]
    public async Task Users_are_shown_with_their_data_and_where_their_media_go()
    {
        var ann = await Enter("Ann");
        (await ann.Peer.Ask("UpdateUserDataJson", """{"userDataJson":"{\"hat\":1}"}""")).Text.ShouldBe("""431[{"error":0,"message":"OK","body":{"hat":1}}]""");
        (await ann.Peer.Ask("UpdateUserDataJson", """{"userDataJson":{"scarf":{"a":2}}}""")).Body.GetRawText().ShouldBe("""{"hat":1,"scarf":{"a":2}}""");
        (await ann.Peer.Ask("GetUserData", """{"userId":""}""")).Body.GetRawText().ShouldBe("""{"hat":1,"scarf":{"a":2}}""");
        (await ann.Peer.Ask("ClearUserData")).Body.GetRawText().ShouldBe("{}");
        (await ann.Peer.Ask("UpdateUserData", """{"userDataKey":"userIP","userDataValue":""}""")).Body.GetRawText().ShouldBe("""{"userIP":""}""");
        (await ann.Peer.Ask("GetUserInfo", """{"userId":""}""")).Body.GetRawText().ShouldBe(
            $$$"""{"userId":"{{{ann.Id}}}","userName":"Ann","userAdmin":false,"userData":{"userIP":""},"sfuData":{},"presence":"online"}""");
        var session = await Meet(ann);
        (await ann.Peer.Ask("GetUsers", "{}")).Body.GetProperty(ann.Id).GetRawText().ShouldBe(
            $$$"""{"userId":"{{{ann.Id}}}","userName":"Ann","userAdmin":false,"userData":{"userIP":""},"sfuData":{{{User}}},"presence":"online","sessionId":"{{{session}}}"}""");
        (await ann.Peer.Ask("GetSfuData", "{}")).Body.GetRawText().ShouldBe(User);
        (await ann.Peer.Ask("GetLivePresenterData", "{}")).Body.GetRawText().ShouldBe("""{"liveAddress":"","vodAddress":""}""");
    }

    [Fact]
    public async Task An_account_is_shown_without_its_password()
    {
        var name = Names.New();
        var added = (await ConnectOld().Ask("AddUser", $$"""{"userName":"{{name}}","userPassword":"{{Names.Password}}","userAdmin":false,"commandId":1}""")).Ok().Body;
        added.GetRawText().ShouldBe($$$"""{"userId":"{{{added.Text("userId")}}}","userName":"{{{name}}}","userAdmin":false,"userData":{},"sfuData":{}}""");
        var peer = ConnectOld();
        (await peer.Ask("Login", $$"""{"userName":"{{name}}","userPassword":"{{Names.Password}}","commandId":2}""")).Ok().Body.Text("userId").ShouldBe(added.Text("userId"));
        (await peer.Ask("DeleteUser", """{"userId":"","commandId":3}""")).Text.ShouldBe("""431[{"error":0,"message":"OK","body":{},"commandId":3}]""");
        await Eventually(() => peer.End is null ? "it is not closed" : null);
        peer.End!.Value.Code.ShouldBe(4004);
    }

    [Fact]
    public async Task Version_and_time_are_told_before_login()
    {
        var peer = Connect();
        (await peer.Ask("GetOrchestratorVersion", "{}")).Ok().Body.EnumerateObject().Select(p => p.Name).ShouldBe(["orchestratorVersion", "revision"]);
        (await peer.Ask("GetNTPTime", "{}")).Ok().Body.EnumerateObject().Select(p => p.Name).ShouldBe(["ntpDate", "ntpTimeMs"]);
    }

    [Fact]
    public async Task A_client_of_version_one_is_read_as_it_writes()
    {
        var ann = await Enter("Ann", ConnectOld());
        var scenario = $"s{Guid.CreateVersion7()}";
        (await ann.Peer.Ask("AddScenario", $$"""{"scenarioId":"{{scenario}}","scenarioName":"Chess","scenarioDescription":"","scenarioRooms":[{"roomId":"a","roomName":"A","roomCapacity":"2"}],"commandId":1}""")).Ok();
        (await ann.Peer.Ask("GetScenarioInfo", $$"""{"scenarioId":"{{scenario}}"}""")).Body.GetProperty("scenarioRooms").GetRawText().ShouldBe(
            """{"a":{"roomId":"a","roomName":"A","roomCapacity":2}}""");
        (await ann.Peer.Ask("GetScenarios", "{}")).Body.GetProperty(scenario).Text("scenarioName").ShouldBe("Chess");
        var session = (await ann.Peer.Ask(
            "AddSession", $$"""{"sessionName":"n","sessionDescription":"","scenarioId":"{{scenario}}","canBeMaster":true,"commandId":2}""")).Ok().Body;
        var id = session.Text("sessionId");
        session.Text("scenarioId").ShouldBe(id);
        session.TryGetProperty("sessionDescription", out _).ShouldBeFalse();
        session.Text("sessionProtocol").ShouldBe("unknown");
        var instance = (await ann.Peer.Ask("GetScenarioInstanceInfo", $$"""{"scenarioId":"{{id}}"}""")).Ok().Body;
        instance.Text("scenarioRefId").ShouldBe(scenario);
        instance.GetProperty("scenarioRooms").GetProperty("a").Text("roomRefId").ShouldBe("a");
        (await ann.Peer.Ask("JoinRoom", """{"roomId":"a"}""")).Ok();
        (await ann.Peer.Ask("GetRooms", "{}")).Body.GetProperty("a").Texts("roomUsers").ShouldBe([ann.Id]);
        (await ann.Peer.Ask("GetRoomInfo", "{}")).Body.Text("roomId").ShouldBe("a");
        (await ann.Peer.Ask("LeaveRoom", "{}")).Ok();
        (await ann.Peer.Ask("StartScenario", "{}")).Ok();
        (await ann.Peer.Ask("RestartScenario")).Ok();
        (await ann.Peer.Ask("StopScenario", """{"commandId":9}""")).Text.ShouldEndWith("""[{"error":0,"message":"OK","body":{},"commandId":9}]""");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("?dialect=v1", false)]
    [InlineData("?dialect=v2", true)]
    public async Task Who_does_not_say_whether_it_may_be_master_may_in_version_two_alone(string query, bool mayBeMaster)
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben", Connect(query: query));
        var session = (await ann.Peer.Ask("AddSession", Scene.Session("n"))).Ok().Body.Text("sessionId");
        (await ben.Peer.Ask("JoinSession", $$"""{"sessionId":"{{session}}"}""")).Ok();
        (await ann.Peer.Ask("LeaveSession", "{}")).Ok();
        (await ben.Peer.Ask("GetSessionInfo", "{}")).Body.TryGetProperty("sessionMaster", out _).ShouldBe(mayBeMaster);
    }

    [Fact]
    public void Engine_io_3_speaks_version_one_unless_the_address_says_otherwise()
    {
        Spoken(EngineIoVersion.Four, "").ShouldBe(VrTogetherVersion.Two);
        Spoken(EngineIoVersion.Three, "").ShouldBe(VrTogetherVersion.One);
        Spoken(EngineIoVersion.Three, "?dialect=v2").ShouldBe(VrTogetherVersion.Two);
        Spoken(EngineIoVersion.Four, "?dialect=v1").ShouldBe(VrTogetherVersion.One);
        Should.Throw<Refusal>(() => Connect(query: "?dialect=v3")).Message.ShouldBe("The parameter 'dialect' is v1 or v2.");
    }

    [Theory]
    [InlineData("Login", """{"userName":{"_placeholder":true,"num":0}}""")]
    [InlineData("UpdateUserDataJson", """{"userDataJson":{"_placeholder":true,"num":0}}""")]
    [InlineData("UpdateUserData", """{"userDataKey":"k","userDataValue":{"_placeholder":true,"num":0}}""")]
    [InlineData("AddScenario", """{"scenarioId":"s","scenarioGltf":{"_placeholder":true,"num":0}}""")]
    [InlineData("SendMessage", """{"userId":{"_placeholder":true,"num":0},"message":"m"}""")]
    [InlineData("DeclareDataStream", """{"_placeholder":true,"num":0}""")]
    public async Task Binary_data_where_json_is_needed_is_refused(string request, string arguments)
    {
        var ann = await Enter("Ann");
        await Meet(ann);
        var peer = request == "Login" ? Connect() : ann.Peer;
        (await peer.Ask(request, arguments, [1, 2, 3])).Error.ShouldBe(207);
    }

    private static VrTogetherVersion? Spoken(EngineIoVersion version, string query)
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        http.Request.QueryString = new(query);
        return VrTogetherVersions.Of(http.Request, version);
    }
}
