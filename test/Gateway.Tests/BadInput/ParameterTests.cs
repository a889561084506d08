using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.SignalR;

namespace Orchestrator.Tests;

/// <summary>Parameters that are wrong: each call is answered with a code and a sentence, and changes nothing.</summary>
public sealed class ParameterTests(SharedServer shared) : ServerTest(shared)
{
    private const string Scenario = "\"scenarioDefinition\":{\"scenarioId\":\"s\"}";
    private static readonly string Long = new('x', 257);

    public static TheoryData<string, string, int> Rows()
    {
        var rows = new TheoryData<string, string, int>();
        foreach (var unknown in new[] { "NoSuchCommand", "", "Refuse", "refuse", "Dispose", "ToString", "OnDisconnectedAsync", "Run", "get_Context", "Login ", "Ü" })
        {
            rows.Add(unknown, "[]", 9002);
            rows.Add(unknown, "[{}]", 9002);
        }

        foreach (var command in Commands(parameters: 1))
        {
            foreach (var wrong in new[] { "[]", "[null]", "[1]", "[\"x\"]", "[[]]", "[true]", "[{},{}]", "[{\"nobodyKnows\":1}]" })
            {
                rows.Add(command, wrong, 207);
            }
        }

        foreach (var command in Commands(parameters: 0))
        {
            rows.Add(command, "[{}]", 207);
            rows.Add(command, "[null]", 207);
            rows.Add(command, "{}", 207);
            rows.Add(command, "null", 207);
            rows.Add(command, "\"\"", 207);
        }

        Add(rows, "AddSession", 207, $"{{{Scenario}}}", "{\"sessionName\":\"n\"}");
        foreach (var name in new[] { "null", "1", "true", "{}", "[]", "\"\"", "\"  \"", "\"\\t\\u00a0\"", "\"\\ud800\"" })
        {
            rows.Add("AddSession", $"[{{\"sessionName\":{name},{Scenario}}}]", 207);
            rows.Add("AddSession", $"[{{\"sessionName\":\"n\",\"scenarioDefinition\":{{\"scenarioId\":{name}}}}}]", 207);
        }

        rows.Add("AddSession", $"[{{\"sessionName\":\"{Long}\",{Scenario}}}]", 9003);
        foreach (var (property, value, code) in new (string, string, int)[]
        {
            ("SessionName", "\"n\"", 207), ("extra", "1", 207), ("sessionName", "\"again\"", 207), ("canBeMaster", "\"true\"", 207),
            ("canBeMaster", "null", 207), ("canBeMaster", "1", 207), ("key", "\"\"", 207), ("key", "1", 207), ("key", $"\"{new string('k', 129)}\"", 9003),
            ("sessionDescription", "1", 207), ("sessionDescription", $"\"{new string('d', 4_097)}\"", 9003), ("sessionProtocol", "{}", 207),
            ("sessionProtocol", $"\"{Long}\"", 9003), ("__proto__", "{}", 207), ("$type", "\"x\"", 207), ("", "1", 207),
        })
        {
            rows.Add("AddSession", $"[{{\"sessionName\":\"n\",{Scenario},\"{property}\":{value}}}]", code);
        }

        foreach (var scenario in new[] { "null", "\"s\"", "[]", "{}", "1", "{\"scenarioId\":\"s\",\"scenarioId\":\"t\"}", "{\"scenarioId\":\"s\",\"more\":1}" })
        {
            rows.Add("AddSession", $"[{{\"sessionName\":\"n\",\"scenarioDefinition\":{scenario}}}]", 207);
        }

        rows.Add("AddSession", $"[{{\"sessionName\":\"n\",\"scenarioDefinition\":{{\"scenarioId\":\"s\",\"scenarioName\":\"{Long}\"}}}}]", 9003);
        foreach (var id in new[] { "null", "1", "\"\"", "\"a b\"", "\"ü\"", "\"a/b\"", "\"a\\nb\"", $"\"{new string('i', 129)}\"", "{}", "\"\\ud800\"" })
        {
            rows.Add("JoinSession", $"[{{\"sessionId\":{id}}}]", 207);
            rows.Add("DeleteSession", $"[{{\"sessionId\":{id}}}]", 207);
            rows.Add("SendMessage", $"[{{\"userId\":{id},\"message\":1}}]", 207);
        }

        foreach (var id in new[] { "no-such-session", "0", "all", new('i', 128), "..", "00000000-0000-0000-0000-000000000000" })
        {
            rows.Add("JoinSession", $"[{{\"sessionId\":\"{id}\"}}]", 503);
            rows.Add("DeleteSession", $"[{{\"sessionId\":\"{id}\"}}]", 503);
            rows.Add("SendMessage", $"[{{\"userId\":\"{id}\",\"message\":1}}]", 802);
            rows.Add("SendSceneEventToUser", $"[{{\"userId\":\"{id}\",\"event\":1}}]", 700);
            rows.Add("SendSceneEventToUserDirect", $"[{{\"userId\":\"{id}\",\"event\":1}}]", 700);
        }

        AddScenarioRows(rows);
        Add(rows, "SendMessageToAll", 207, "{}", "{\"message\":null}", "{\"message\":1,\"message\":2}", "{\"message\":1,\"userId\":\"u\"}", "{\"message\":1,\"key\":\"\"}");
        Add(rows, "SendMessage", 207, "{\"message\":1}", "{\"userId\":\"u\"}", "{\"userId\":\"u\",\"message\":null}");
        foreach (var epoch in new[] { "\"1\"", "1.5", "1e400", "99999999999999999999", "true", "{}" })
        {
            rows.Add("SendSceneEventToAllUsers", $"[{{\"event\":1,\"masterEpoch\":{epoch}}}]", 207);
        }

        Add(rows, "SendSceneEventToAllUsers", 3012, "{\"event\":1,\"masterEpoch\":-1}", "{\"event\":1,\"masterEpoch\":9223372036854775807}");
        Add(rows, "SendSceneEventToMaster", 207, "{\"event\":1,\"masterEpoch\":1}", "{\"userId\":\"u\",\"event\":1}");
        Add(rows, "SendSceneEventToMaster", 3002, "{}", "{\"event\":null}", "{\"event\":\"\"}", "{\"event\":0}");
        AddDataStreams(rows);
        Add(rows, "Login", 209, "{\"userName\":\"x\"}", "{}");
        Add(rows, "Login", 9003, $"{{\"userName\":\"{Long}\"}}", $"{{\"userName\":\"x\",\"userPassword\":\"{Long}\"}}");
        Add(rows, "Resume", 9005, "{\"token\":\"x\"}", "{\"token\":\"\"}");
        Add(rows, "Resume", 207, "{\"token\":null}", "{\"token\":\"x\",\"at\":{}}", "{\"token\":\"x\",\"at\":{\"source\":null,\"epoch\":1,\"seq\":1}}", "{\"token\":\"x\",\"at\":1}");
        AddUserData(rows);
        AddRooms(rows);
        AddOfAccounts(rows);
        Add(rows, "ExchangeTime", 207, "{\"clientSendMs\":\"1\"}", "{\"clientSendMs\":null}", "{\"clientSendMs\":1e400}", "{\"clientSendMs\":{}}", "{\"clientSendMs\":1,\"more\":1}");
        return rows;
    }

    private static void AddUserData(TheoryData<string, string, int> rows)
    {
        foreach (var command in new[] { "GetUserInfo", "GetUserData" })
        {
            Add(rows, command, 207, "{\"userId\":1}", "{\"userId\":{}}", "{\"userId\":\"\\ud800\"}");
            Add(rows, command, 1301, "{\"userId\":\"no-such-user\"}", "{\"userId\":\"a b\"}", "{\"userId\":\"../all\"}", $"{{\"userId\":\"{Long}\"}}");
        }

        Add(rows, "UpdateUserData", 207, "{}", "{\"userDataKey\":\"k\"}", "{\"userDataValue\":1}", "{\"userDataKey\":\"\",\"userDataValue\":1}", "{\"userDataKey\":1,\"userDataValue\":1}", "{\"userDataKey\":null,\"userDataValue\":1}");
        Add(rows, "UpdateUserDataJson", 207, "{\"userDataJson\":{},\"key\":\"\"}", "{\"userDataJson\":{},\"userDataJson\":{}}");
        foreach (var wrong in new[] { "null", "\"\"", "0", "1", "true", "\"x\"", "\"1\"", "\"null\"", "\"{\"", "\"{} {}\"", "\"{'a':1}\"", "{\"\\ud800\":1}", "\"\\ud800\"" })
        {
            rows.Add("UpdateUserDataJson", $"[{{\"userDataJson\":{wrong}}}]", 1700);
            rows.Add("UpdateUserDataArray", $"[{{\"userDataArray\":{wrong}}}]", 1700);
        }

        Add(rows, "UpdateUserDataJson", 1700, "{}", "{\"userDataJson\":[]}", "{\"userDataJson\":\"[]\"}");
        foreach (var entry in new[] { "1", "null", "[]", "{}", "{\"key\":\"k\"}", "{\"value\":1}", "{\"key\":1,\"value\":1}", "{\"key\":null,\"value\":1}", "{\"userDataKey\":\"k\",\"value\":1}", "{\"key\":\"\\ud800\",\"value\":1}" })
        {
            rows.Add("UpdateUserDataArray", $"[{{\"userDataArray\":[{entry}]}}]", 1700);
        }

        var large = new string('x', 65_536);
        var deep = new string('[', 40) + new string(']', 40);
        rows.Add("UpdateUserData", $"[{{\"userDataKey\":\"k\",\"userDataValue\":\"{large}\"}}]", 9003);
        rows.Add("UpdateUserData", $"[{{\"userDataKey\":\"k\",\"userDataValue\":{deep}}}]", 9003);
        rows.Add("UpdateUserData", $"[{{\"userDataKey\":\"{large}\",\"userDataValue\":1}}]", 9003);
        rows.Add("UpdateUserDataJson", $"[{{\"userDataJson\":\"{{\\\"k\\\":\\\"{large}\\\"}}\"}}]", 9003);
        rows.Add("UpdateUserDataJson", $"[{{\"userDataJson\":{{{string.Join(',', Enumerable.Range(0, 1_001).Select(i => $"\"{i}\":1"))}}}}}]", 9003);
        rows.Add("UpdateUserDataArray", $"[{{\"userDataArray\":[{{\"key\":\"k\",\"value\":\"{large}\"}}]}}]", 9003);
    }

    private static void AddRooms(TheoryData<string, string, int> rows)
    {
        foreach (var id in new[] { "null", "1", "\"\"", "\"a b\"", "\"ü\"", $"\"{new string('i', 129)}\"", "{}" })
        {
            rows.Add("JoinRoom", $"[{{\"roomId\":{id}}}]", 207);
        }

        Add(rows, "JoinRoom", 207, "{}", "{\"roomId\":\"r\",\"key\":\"\"}");
        Add(rows, "JoinRoom", 701, "{\"roomId\":\"r\"}");
        Add(rows, "LeaveRoom", 703, "{}");
        rows.Add("GetRoomInfo", "[]", 703);
    }

    private static void AddOfAccounts(TheoryData<string, string, int> rows)
    {
        Add(rows, "AddUser", 207, "{\"userName\":\"n\"}", "{\"userPassword\":\"correct horse\"}", "{\"userName\":\" \",\"userPassword\":\"correct horse\"}", "{\"userName\":null,\"userPassword\":\"correct horse\"}");
        Add(rows, "AddUser", 207, "{\"userName\":\"n\",\"userPassword\":\"short\"}", "{\"userName\":\"n\",\"userPassword\":\"correct horse\",\"userAdmin\":1}");
        Add(rows, "AddUser", 207, "{\"userName\":\"n\",\"userPassword\":\"correct horse\",\"key\":\"\"}");
        Add(rows, "AddUser", 801, "{\"userName\":\"n\",\"userPassword\":\"correct horse\",\"userAdmin\":true}");
        Add(rows, "AddUser", 9003, $"{{\"userName\":\"{Long}\",\"userPassword\":\"correct horse\"}}", $"{{\"userName\":\"n\",\"userPassword\":\"{Long}\"}}");
        Add(rows, "DeleteUser", 801, "{}", "{\"userId\":\"u\"}");
        rows.Add("DeleteUser", "[]", 207);
        rows.Add("DeleteUser", "[1]", 207);
        rows.Add("DeleteUser", "[{\"userId\":\"a b\"}]", 207);
        foreach (var command in new[] { "DumpData", "ResetOrchestrator", "TerminateOrchestrator" })
        {
            rows.Add(command, "[]", 801);
        }
    }

    private static void AddScenarioRows(TheoryData<string, string, int> rows)
    {
        foreach (var id in new[] { "null", "1", "{}", "[]", "\"\"", "\" \"", "\"\\ud800\"" })
        {
            rows.Add("AddScenario", $"[{{\"scenarioId\":{id}}}]", 207);
        }

        foreach (var rooms in new[] { "1", "{}", "[null]", "[1]", "[{}]", "[{\"roomId\":\"r\"}]", "[{\"roomId\":\"r\",\"roomName\":\"R\",\"roomCapacity\":-1}]" })
        {
            rows.Add("AddScenario", $"[{{\"scenarioId\":\"s\",\"scenarioRooms\":{rooms}}}]", 207);
            rows.Add("AddSession", $"[{{\"sessionName\":\"n\",\"scenarioDefinition\":{{\"scenarioId\":\"s\",\"scenarioRooms\":{rooms}}}}}]", 207);
        }

        foreach (var events in new[] { "1", "[null]", "[{}]", "[{\"at\":-1,\"eventId\":\"e\"}]", "[{\"at\":1.5,\"eventId\":\"e\"}]", "[{\"at\":1,\"eventId\":\"\"}]", "[{\"at\":1,\"eventId\":\"e\",\"to\":\"a b\"}]" })
        {
            rows.Add("AddScenario", $"[{{\"scenarioId\":\"s\",\"scenarioEvents\":{events}}}]", 207);
        }

        Add(rows, "AddSession", 207, "{\"sessionName\":\"n\",\"scenarioId\":\"\"}", $"{{\"sessionName\":\"n\",\"scenarioId\":\"t\",{Scenario}}}");
        Add(rows, "AddSession", 9008, "{\"sessionName\":\"n\",\"scenarioId\":\"no such\"}");
        Add(rows, "AddScenario", 9003, $"{{\"scenarioId\":\"{Long}\"}}", $"{{\"scenarioId\":\"s\",\"key\":\"{new string('k', 129)}\"}}");
        Add(rows, "GetScenarioInfo", 207, "{}", "{\"scenarioId\":null}", "{\"scenarioId\":1}");
        Add(rows, "GetScenarioInfo", 9008, "{\"scenarioId\":\"\"}", "{\"scenarioId\":\"no such\"}");
        Add(rows, "RemoveScenario", 9008, "{\"scenarioId\":\"no such\"}");
        Add(rows, "GetScenarioInstanceInfo", 207, "{\"scenarioId\":\"a b\"}", "{\"scenarioId\":1}");
        Add(rows, "GetScenarioInstanceInfo", 700, "{\"scenarioId\":\"no-such-session\"}");
        foreach (var command in new[] { "StartScenario", "RestartScenario", "StopScenario", "PauseScenario", "ResumeScenario" })
        {
            Add(rows, command, 207, "null", "1", "{\"key\":\"\"}", "{\"positionMs\":1}");
        }

        Add(rows, "RestartScenario", 9009, "{}");
        Add(rows, "StopScenario", 9009, "{}");
        Add(rows, "PauseScenario", 9009, "{}");
        Add(rows, "ResumeScenario", 9009, "{}");
        Add(rows, "SeekScenario", 9009, "{\"positionMs\":0}");
        Add(rows, "SeekScenario", 207, "{\"positionMs\":-1}", "{\"positionMs\":1.5}", "{\"positionMs\":\"1\"}", "{\"positionMs\":31536000000}");
        Add(rows, "SetScenarioRate", 207, "{}", "{\"rate\":0}", "{\"rate\":-1}", "{\"rate\":0.09}", "{\"rate\":10.1}", "{\"rate\":1e400}", "{\"rate\":\"1\"}", "{\"rate\":null}");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_wrong_parameter_is_refused_and_changes_nothing(string command, string arguments, int code)
    {
        var ann = await LogIn("Ann");
        var ben = await LogIn("Ben");
        await ben.Join(await ann.AddSession());
        await ann.Client.WaitFor("USER_JOINED_SESSION");
        var before = await State(ann);

        var reply = await ann.Client.InvokeRaw("r", $$"""{"type":1,"invocationId":"r","target":{{JsonSerializer.Serialize(command)}},"arguments":{{arguments}}}""");

        reply.HubError.ShouldBeNull();
        reply.Error.ShouldBe(code, reply.Message);
        reply.Message.ShouldNotBeNullOrWhiteSpace();
        reply.Message.ShouldNotContain("Orchestrator");
        reply.Message.ShouldNotContain("System.");
        reply.Code.ShouldBe(Replies.NameOf((RefusalCode)code));
        reply.Body.ValueKind.ShouldBe(JsonValueKind.Undefined);
        (await State(ann)).ShouldBe(before);
        ann.Client.Events.Count.ShouldBe(1);
        ben.Client.Events.ShouldBeEmpty();
    }

    public static TheoryData<string, string> BeforeLogin() => new()
    {
        { "Logout", "" },
        { "AddSession", $"{{\"sessionName\":\"n\",{Scenario}}}" },
        { "GetSessions", "" },
        { "GetSessionInfo", "" },
        { "GetUsers", "" },
        { "GetUserInfo", "{}" },
        { "GetUserData", "{}" },
        { "UpdateUserData", "{\"userDataKey\":\"k\",\"userDataValue\":1}" },
        { "UpdateUserDataArray", "{\"userDataArray\":{}}" },
        { "UpdateUserDataJson", "{\"userDataJson\":{}}" },
        { "ClearUserData", "{}" },
        { "GetRooms", "" },
        { "GetRoomInfo", "" },
        { "JoinRoom", "{\"roomId\":\"r\"}" },
        { "LeaveRoom", "{}" },
        { "JoinSession", "{\"sessionId\":\"s\"}" },
        { "LeaveSession", "" },
        { "DeleteSession", "{\"sessionId\":\"s\"}" },
        { "AddScenario", "{\"scenarioId\":\"s\"}" },
        { "GetScenarios", "" },
        { "GetScenarioInfo", "{\"scenarioId\":\"s\"}" },
        { "RemoveScenario", "{\"scenarioId\":\"s\"}" },
        { "GetScenarioInstanceInfo", "{}" },
        { "StartScenario", "{}" },
        { "RestartScenario", "{}" },
        { "StopScenario", "{}" },
        { "PauseScenario", "{}" },
        { "ResumeScenario", "{}" },
        { "SeekScenario", "{\"positionMs\":1}" },
        { "SetScenarioRate", "{\"rate\":1}" },
        { "SendMessageToAll", "{\"message\":1}" },
        { "SendMessage", "{\"userId\":\"u\",\"message\":1}" },
        { "SendSceneEventToMaster", "{\"event\":1}" },
        { "SendSceneEventToUser", "{\"userId\":\"u\",\"event\":1}" },
        { "SendSceneEventToAllUsers", "{\"event\":1}" },
        { "SendSceneEventToUserDirect", "{\"userId\":\"u\",\"event\":1}" },
        { "SendSceneEventToAllUsersDirect", "{\"event\":1}" },
        { "DeleteUser", "{}" },
        { "DumpData", "" },
        { "ResetOrchestrator", "" },
        { "TerminateOrchestrator", "" },
        { "DeclareDataStream", "{\"kind\":\"k\"}" },
        { "RemoveDataStream", "{\"kind\":\"k\"}" },
        { "RemoveAllDataStreams", "" },
        { "GetAvailableDataStreams", "{\"dataStreamUserId\":\"u\"}" },
        { "RegisterForDataStream", "{\"userId\":\"u\",\"kind\":\"k\"}" },
        { "UnregisterFromDataStream", "{\"userId\":\"u\",\"kind\":\"k\"}" },
        { "UnregisterFromAllDataStreams", "" },
        { "GetRegisteredDataStreams", "" },
        { "SendData", "{\"kind\":\"k\",\"data\":1}" },
        { "PushAudio", "{\"audioData\":1}" },
        { "GetPacketToken", "" },
    };

    private static IEnumerable<string> Commands(int parameters) => typeof(OrchestratorHub).GetMethods()
        .Where(method => OrchestratorHub.Commands.Contains(method.Name) && method.GetParameters().Length == parameters)
        // Who has no right to a command is told that first.
        .Where(method => Api.Rights.Of(method.Name).Permission <= Permission.LoggedIn)
        .Select(method => method.Name);

    [Theory]
    [MemberData(nameof(BeforeLogin))]
    public async Task Before_login_it_is_refused(string command, string parameters)
    {
        var client = await Connect();

        var reply = await client.InvokeRaw("r", $$"""{"type":1,"invocationId":"r","target":"{{command}}","arguments":[{{parameters}}]}""");

        reply.Error.ShouldBe(204);
        reply.Message.ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_command_that_needs_a_login_is_tried_before_it_and_every_command_is_on_the_hub()
    {
        var table = Server.Services.GetRequiredService<CommandTable>().All;

        BeforeLogin().Select(row => row.Data.Item1).ShouldBe(table.Where(c => c.Right.Permission != Permission.Anyone).Select(c => c.Name), ignoreOrder: true);
        OrchestratorHub.Commands.ShouldBe(table.Select(c => c.Name), ignoreOrder: true);
    }

    [Theory]
    [InlineData("{}", 204)]
    [InlineData("""{"userName":""}""", 204)]
    [InlineData("""{"userName":null}""", 204)]
    [InlineData("""{"userName":" \t "}""", 204)]
    [InlineData("""{"userName":1}""", 207)]
    [InlineData("""{"userName":"\ud800"}""", 207)]
    [InlineData("""{"userName":"nobody","userPassword":"wrong"}""", 206)]
    [InlineData("""{"userPassword":"wrong"}""", 206)]
    public async Task A_login_that_names_nobody_is_refused(string parameters, int code)
    {
        var client = await Connect();

        var reply = await client.InvokeRaw("r", $$"""{"type":1,"invocationId":"r","target":"Login","arguments":[{{parameters}}]}""");

        reply.Error.ShouldBe(code, reply.Message);
        (await client.Invoke("GetSessions")).Error.ShouldBe(204);
        await Guest.LogIn(client, "and then somebody");
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("😀 \\u202e")]
    [InlineData("../../etc/passwd")]
    [InlineData("'; DROP TABLE state; --")]
    [InlineData("<script>alert(1)</script>")]
    public async Task Strange_names_are_only_names(string name)
    {
        var client = await Connect();

        var login = await client.InvokeRaw("r", $$"""{"type":1,"invocationId":"r","target":"Login","arguments":[{"userName":"{{name}}"}]}""");
        var added = await client.InvokeRaw("s", $$"""{"type":1,"invocationId":"s","target":"AddSession","arguments":[{"sessionName":"{{name}}",{{Scenario}}}]}""");

        using var expected = JsonDocument.Parse($"\"{name}\"");
        login.Ok().Body.Text("userName").ShouldBe(expected.RootElement.GetString());
        added.Ok().Body.Text("sessionName").ShouldBe(expected.RootElement.GetString());
    }

    private static void AddDataStreams(TheoryData<string, string, int> rows)
    {
        foreach (var command in new[] { "DeclareDataStream", "RemoveDataStream", "RegisterForDataStream", "UnregisterFromDataStream", "SendData" })
        {
            Add(rows, command, 207, "{\"kind\":1}", "{\"kind\":{}}", "{\"kind\":\"\\ud800\"}", "{\"kind\":\"k\",\"more\":1}");
            Add(rows, command, 9003, $"{{\"kind\":\"{Long}\"}}");
        }

        foreach (var command in new[] { "DeclareDataStream", "RemoveDataStream", "SendData" })
        {
            Add(rows, command, 4002, "{}", "{\"kind\":null}", "{\"kind\":\"\"}");
        }

        foreach (var command in new[] { "RemoveAllDataStreams", "UnregisterFromAllDataStreams", "GetRegisteredDataStreams" })
        {
            Add(rows, command, 207, "{}", "null");
        }

        foreach (var command in new[] { "RegisterForDataStream", "UnregisterFromDataStream" })
        {
            Add(rows, command, 4001, "{}", "{\"kind\":\"k\"}", "{\"userId\":null,\"kind\":\"k\"}");
            Add(rows, command, 207, "{\"userId\":\"a b\",\"kind\":\"k\"}", "{\"userId\":1,\"kind\":\"k\"}");
        }

        Add(rows, "RegisterForDataStream", 700, "{\"userId\":\"nobody\",\"kind\":\"k\"}", "{\"userId\":\"nobody\"}");
        Add(rows, "UnregisterFromDataStream", 4002, "{\"userId\":\"nobody\"}");
        Add(rows, "GetAvailableDataStreams", 4001, "{}", "{\"dataStreamUserId\":null}");
        Add(rows, "GetAvailableDataStreams", 700, "{\"dataStreamUserId\":\"nobody\"}");
        Add(rows, "GetAvailableDataStreams", 207, "{\"dataStreamUserId\":\"\"}", "{\"userId\":\"u\"}");
        Add(rows, "SendData", 3002, "{\"kind\":\"k\"}", "{\"kind\":\"k\",\"data\":null}", "{\"kind\":\"k\",\"data\":\"\"}", "{\"kind\":\"k\",\"data\":0}");
        Add(rows, "PushAudio", 3002, "{}", "{\"audioData\":null}", "{\"audioData\":\"\"}", "{\"audioData\":0}");
        foreach (var wrong in new[]
        {
            "\"policy\":\"fast\"", "\"policy\":3", "\"policy\":null", "\"waitingMax\":5", "\"policy\":\"latest\",\"waitingMax\":1", "\"policy\":\"dropOldest\",\"waitingMax\":0",
            "\"policy\":\"dropOldest\",\"waitingMax\":1.5", "\"bytesPerSecondMax\":0", "\"bytesPerSecondMax\":-1", "\"bytesPerSecondMax\":\"1\"", "\"description\":1",
        })
        {
            rows.Add("DeclareDataStream", $"[{{\"kind\":\"k\",{wrong}}}]", 207);
        }

        Add(rows, "DeclareDataStream", 9003, "{\"kind\":\"k\",\"policy\":\"dropOldest\",\"waitingMax\":1001}", $"{{\"kind\":\"k\",\"description\":\"{new string('d', 4_097)}\"}}");
    }

    private static void Add(TheoryData<string, string, int> rows, string command, int code, params string[] parameters)
    {
        foreach (var each in parameters)
        {
            rows.Add(command, $"[{each}]", code);
        }
    }

    private static async Task<string> State(Guest guest) => (await guest.Invoke("GetSessionInfo")).Ok().Body.GetRawText();
}
