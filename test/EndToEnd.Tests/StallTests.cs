using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Orchestrator.EndToEnd;

/// <summary>A store that is away for a while: sessions go on, durable commands wait or are refused as temporary, and everything recovers by itself.</summary>
public sealed class StallTests
{
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["ORCHESTRATOR_Storage__WriteTimeout"] = "00:00:00.5",
        ["ORCHESTRATOR_Gateway__PasswordIterations"] = "1000",
        ["ORCHESTRATOR_Limits__AccountRequestsPerMinute"] = "0",
    };

    [Fact]
    public async Task A_stalled_store_stops_no_session_and_refuses_durable_commands_as_temporary()
    {
        using var directory = new TemporaryDirectory();
        await using var process = await OrchestratorProcess.Start(directory.Path, Settings);
        using var http = new HttpClient { BaseAddress = process.Address };
        await using var master = await HubClient.Connect(process.Address);
        await using var member = await HubClient.Connect(process.Address);
        var masterId = (await master.Invoke("Login", new { userName = "Master" })).Ok().Body.Text("userId");
        (await member.Invoke("Login", new { userName = "Member" })).Ok();
        var session = (await master.Invoke("AddSession", NewSession("Stall"))).Ok().Body.Text("sessionId");
        (await member.Invoke("JoinSession", new { sessionId = session })).Ok();
        await Eventually(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? null : "it is not ready");

        using (HoldTheStore(directory))
        {
            await ExpectTemporary(http, "during");
            await Eventually(async () =>
                await http.GetStringAsync("/health/ready") == "Degraded" ? null : "it still calls itself healthy");
            (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
            for (var n = 1; n <= 100; n++)
            {
                (await master.Invoke("SendSceneEventToAllUsers", new { @event = n })).Ok();
            }

            (await master.Invoke("DeclareDataStream", new { kind = "video" })).Ok();
            (await member.Invoke("RegisterForDataStream", new { userId = masterId, kind = "video" })).Ok();
            for (var n = 1; n <= 100; n++)
            {
                (await master.Invoke("SendData", new { kind = "video", data = n })).Ok();
            }

            await member.WaitFor(e => e.Name == "DataReceived" && e.Data.GetProperty("data").GetInt32() == 100);
            member.Events.Count(e => e.Name == "DataReceived").ShouldBe(100);
            await member.WaitFor(e => e.Name == "SceneEventToUser" && e.Data.GetProperty("sceneEventData").GetInt32() == 100);
            await using var late = await HubClient.Connect(process.Address);
            (await late.Invoke("Login", new { userName = "Late" })).Ok();
            (await late.Invoke("JoinSession", new { sessionId = session })).Ok();
            await member.WaitFor(e => e.Kind == "USER_JOINED_SESSION");
            (await late.Invoke("LeaveSession")).Ok();
            (await late.Invoke("AddSession", NewSession("Begun without a store"))).Ok();
        }

        await Eventually(async () => (await Register(http, "after")).IsSuccessStatusCode ? null : "durable commands are still refused");
        await Eventually(async () => await http.GetStringAsync("/health/ready") == "Healthy" ? null : "it is not healthy again");
        var faults = process.Output.Split('\n').Where(l => l.Contains("fail:", StringComparison.Ordinal));
        faults.ShouldAllBe(l => l.Contains("is locked by another program"));
    }

    [Fact]
    public async Task A_session_outlives_kill_9_and_its_members_come_back_to_it()
    {
        using var directory = new TemporaryDirectory();
        string session;
        string[] tokens;
        await using (var process = await OrchestratorProcess.Start(directory.Path))
        {
            await using var first = await HubClient.Connect(process.Address);
            await using var second = await HubClient.Connect(process.Address);
            var logins = new[]
            {
                (await first.Invoke("Login", new { userName = "First" })).Ok(),
                (await second.Invoke("Login", new { userName = "Second" })).Ok(),
            };
            tokens = [.. logins.Select(l => l.Body.Text("resumeToken"))];
            session = (await first.Invoke("AddSession", NewSession("Phoenix"))).Ok().Body.Text("sessionId");
            (await second.Invoke("JoinSession", new { sessionId = session })).Ok();
            await Eventually(() => IsStored(directory, session, members: 2) ? null : "the session is not written yet");
            await process.Kill();
        }

        await using var again = await OrchestratorProcess.Start(directory.Path);
        await using var firstAgain = await HubClient.Connect(again.Address);
        await using var secondAgain = await HubClient.Connect(again.Address);
        var resumed = (await firstAgain.Invoke("Resume", new { token = tokens[0] })).Ok();
        resumed.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        resumed.Body.GetProperty("session").Text("sessionId").ShouldBe(session);
        (await secondAgain.Invoke("Resume", new { token = tokens[1] })).Ok();
        (await firstAgain.Invoke("SendSceneEventToAllUsers", new { @event = "we are back" })).Ok();
        await secondAgain.WaitFor("SceneEventToUser");
    }

    private static object NewSession(string name) => new { sessionName = name, scenarioDefinition = new { scenarioId = "test" } };

    private static async Task ExpectTemporary(HttpClient http, string name)
    {
        using var response = await Register(http, name);
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>();
        error.GetProperty("code").GetString().ShouldBe("temporary");
        error.GetProperty("retry").GetBoolean().ShouldBeTrue();
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    private static Task<HttpResponseMessage> Register(HttpClient http, string name) =>
        http.PostAsJsonAsync("/api/accounts", new { userName = name, password = "correct horse battery" });

    /// <summary>Another process has the write lock until this is disposed.</summary>
    private static SqliteConnection HoldTheStore(TemporaryDirectory directory)
    {
        var other = new SqliteConnection($"Data Source={directory.File("orchestrator.db")};Pooling=False");
        other.Open();
        using var begin = other.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return other;
    }

    private static bool IsStored(TemporaryDirectory directory, string session, int members)
    {
        using var reader = new SqliteConnection($"Data Source={directory.File("orchestrator.db")};Mode=ReadOnly;Pooling=False");
        reader.Open();
        using var query = reader.CreateCommand();
        query.CommandText = "SELECT (SELECT count(*) FROM json_each(data, '$.state.members')) FROM grain_state WHERE kind = 'session' AND key = $key";
        query.Parameters.AddWithValue("$key", session);
        return query.ExecuteScalar() is long count && count == members;
    }
}
