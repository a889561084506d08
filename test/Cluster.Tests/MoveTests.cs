using System.Net.Http.Json;
using System.Text.Json;

namespace Orchestrator.Cluster;

/// <summary>From one process on SQLite to silos on PostgreSQL: everything durable goes along.</summary>
public sealed class MoveTests(PostgresFixture postgres)
{
    private const string Password = "correct horse battery";

    // People are away for as long as the move takes, and what is to happen later must not happen meanwhile.
    private const string GraceSeconds = "600";
    private const int LaterMs = 3_600_000;

    private static readonly TimeSpan PingPeriod = TimeSpan.FromMilliseconds(500);

    private static readonly Dictionary<string, string> OneProcess = new(StringComparer.Ordinal)
    {
        ["ADMIN_USER"] = "root",
        ["ADMIN_PASSWORD"] = Password,
        ["ORCHESTRATOR_Gateway__PasswordIterations"] = "1000",
        ["ORCHESTRATOR_Limits__GraceSeconds"] = GraceSeconds,
        ["ORCHESTRATOR_Limits__MasterGraceSeconds"] = GraceSeconds,
    };

    private static object Definition => new
    {
        scenarioId = "evening",
        scenarioRooms = new[] { new { roomId = "stage", roomName = "Stage", roomCapacity = 0 } },
        scenarioEvents = new[] { new { at = 0, eventId = "begin" }, new { at = LaterMs, eventId = "end" } },
    };

    private static object Eve => new { userName = "Eve", userPassword = Password, key = "eve" };

    private static object Cello => new { userDataKey = "instrument", userDataValue = "cello", key = "cello" };

    private static object Hello => new { message = "hello", key = "hello" };

    private static object Start => new { key = "start" };

    [Fact]
    public async Task Everything_durable_moves_from_one_process_to_a_cluster()
    {
        SiloCluster.DemandEngine();
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var file = directory.File("all.jsonl");
        Evening before;
        await using (var one = await OrchestratorProcess.Start(data, OneProcess))
        {
            before = await Begin(one);
            one.Terminate();
            (await one.WaitForExit()).ShouldBe(0);
        }

        await Run(["export", file, "--data", data]);
        await using var cluster = await SiloCluster.StartOn(
            database => Run(["import", file], database), postgres, 2, ("Limits:GraceSeconds", GraceSeconds), ("Limits:MasterGraceSeconds", GraceSeconds));

        await using var ada = await Return(cluster.Silos[0], before.Ada, before.AdaToken);
        await using var ben = await Return(cluster.Silos[1], before.Ben);
        await TheSessionIsAsItWas(before, ada, ben);
        await NothingIsDoneTwice(before, ada, ben);
        await TheTimelineGoesOn(before, ada, ben);
        await AccountsAreAsTheyWere(before, cluster.Silos);
    }

    [Fact]
    public async Task Reminders_of_the_other_engine_get_a_place_among_the_silos()
    {
        await using var cluster = await SiloCluster.StartOn(
            async database =>
            {
                await Run(["database", "migrate"], database);
                await PostgresServer.ExecuteAsync(database, "INSERT INTO orchestrator.reminder (kind, key, name, first_tick, period, next_tick) VALUES ('scenarioinstance', 's1', 'timeline', 0, 600000000, 0)");
            },
            postgres,
            1);

        (await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.reminder WHERE ring IS NULL")).ShouldBe(0L);
    }

    private static async Task<Evening> Begin(OrchestratorProcess one)
    {
        using var http = new HttpClient { BaseAddress = one.Address };
        (await http.PostAsJsonAsync("/api/accounts", new { userName = "Ada", password = Password })).EnsureSuccessStatusCode();
        var root = await LogIn(http, "root");
        http.DefaultRequestHeaders.Authorization = new("Bearer", root);
        (await http.PutAsJsonAsync("/api/accounts/Ada/role", new { userAdmin = true })).EnsureSuccessStatusCode();
        var adaToken = await LogIn(http, "Ada");

        await using var ada = await HubClient.Connect(one.Address, adaToken);
        var adaSeat = (await ada.Invoke("Login", new { })).Ok().Body.Text("resumeToken");
        var eve = (await ada.Invoke("AddUser", Eve)).Ok().Body.GetRawText();
        (await ada.Invoke("UpdateUserData", Cello)).Ok();
        (await ada.Invoke("UpdateUserData", new { userDataKey = "instrument", userDataValue = "viola" })).Ok();
        (await ada.Invoke("AddScenario", new { scenarioId = "matinee", scenarioName = "Matinee" })).Ok();
        (await ada.Invoke("AddSession", new { sessionName = "Evening", scenarioDefinition = Definition })).Ok();

        await using var ben = await HubClient.Connect(one.Address);
        var benSeat = (await ben.Invoke("Login", new { userName = "Ben" })).Ok().Body.Text("resumeToken");
        (await ben.Invoke("JoinSession", new { sessionId = (await ada.Invoke("GetSessionInfo")).Ok().Body.Text("sessionId") })).Ok();
        (await ben.Invoke("JoinRoom", new { roomId = "stage" })).Ok();
        (await ben.Invoke("DeclareDataStream", new { kind = "pose" })).Ok();
        (await ada.Invoke("SendMessageToAll", Hello)).Ok();
        (await ada.Invoke("StartScenario", Start)).Ok();
        await ben.WaitFor("SCENARIO_EVENT");

        return new Evening(
            root, adaToken, adaSeat, benSeat, eve, (await ben.Invoke("GetSessionInfo")).Ok().Body, (await ben.Invoke("GetScenarioInstanceInfo", new { })).Ok().Body,
            await Audit(http));
    }

    private static async Task TheSessionIsAsItWas(Evening before, HubClient ada, HubClient ben)
    {
        await Eventually(async () =>
        {
            var session = (await ben.Invoke("GetSessionInfo")).Ok().Body;
            return JsonElement.DeepEquals(session, before.Session) ? null : $"it was {before.Session}, and is {session}";
        });
        (await ben.Invoke("GetRoomInfo")).Ok().Body.Text("roomId").ShouldBe("stage");
        var streams = await ada.Invoke("GetAvailableDataStreams", new { dataStreamUserId = before.Session.Texts("sessionUsers")[1] });
        streams.Ok().Body.TryGetProperty("pose", out _).ShouldBeTrue($"{streams.Body}");
    }

    private static async Task NothingIsDoneTwice(Evening before, HubClient ada, HubClient ben)
    {
        (await ada.Invoke("AddUser", Eve)).Ok().Body.GetRawText().ShouldBe(before.Eve);
        (await ada.Invoke("UpdateUserData", Cello)).Ok();
        (await ada.Invoke("GetUserData", new { })).Ok().Body.Text("instrument").ShouldBe("viola");
        (await ada.Invoke("SendMessageToAll", Hello)).Ok();
        (await ada.Invoke("SendMessageToAll", new { message = "good night" })).Ok();
        await ben.WaitFor("MessageSent");
        ben.Events.Where(static e => e.Kind == "MessageSent").Select(static e => e.Data.Text("message")).ShouldBe(["good night"]);
        (await ada.Invoke("StartScenario", new { key = "another" })).Code.ShouldBe("scenarioState");
        (await ada.Invoke("StartScenario", Start)).Ok();
    }

    private static async Task TheTimelineGoesOn(Evening before, HubClient ada, HubClient ben)
    {
        var scenario = (await ben.Invoke("GetScenarioInstanceInfo", new { })).Ok().Body;
        foreach (var name in (string[])["scenarioState", "rate", "run", "nextEvent", "eventCount"])
        {
            scenario.GetProperty(name).GetRawText().ShouldBe(before.Scenario.GetProperty(name).GetRawText(), name);
        }

        BeganAt(scenario).ShouldBe(BeganAt(before.Scenario), 1);
        (await ada.Invoke("SeekScenario", new { positionMs = LaterMs - 1 })).Ok();
        await ben.WaitFor("SCENARIO_EVENT");
        ben.Events.Where(static e => e.Kind == "SCENARIO_EVENT").Select(static e => e.Data.GetProperty("eventData").Text("eventId")).ShouldBe(["end"]);
    }

    private static async Task AccountsAreAsTheyWere(Evening before, IReadOnlyList<OrchestratorProcess> silos)
    {
        foreach (var silo in silos)
        {
            using var http = new HttpClient { BaseAddress = silo.Address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", before.AdaToken);
            (await http.GetFromJsonAsync<JsonElement>("/api/accounts/me")).GetProperty("userAdmin").GetBoolean().ShouldBeTrue();
            http.DefaultRequestHeaders.Authorization = new("Bearer", before.RootToken);
            (await Audit(http)).ShouldBe(before.Audit);

            await using var again = await HubClient.Connect(silo.Address);
            (await again.Invoke("Login", new { userName = "Ada", userPassword = Password })).Ok();
            (await again.Invoke("GetScenarios")).Ok().Body.GetRawText().ShouldContain("Matinee");
        }
    }

    /// <summary>Takes the seat of before.</summary>
    private static async Task<HubClient> Return(OrchestratorProcess silo, string seat, string? token = null)
    {
        var client = await HubClient.Connect(silo.Address, token);
        client.PingEvery(PingPeriod);
        (await client.Invoke("Resume", new { token = seat })).Ok().Body.GetProperty("inSession").GetBoolean().ShouldBeTrue();
        return client;
    }

    private static async Task<string> LogIn(HttpClient http, string userName)
    {
        using var answered = await http.PostAsJsonAsync("/api/tokens", new { userName, password = Password });
        answered.EnsureSuccessStatusCode();
        return (await answered.Content.ReadFromJsonAsync<JsonElement>()).Text("token");
    }

    private static Task<string> Audit(HttpClient http) => http.GetStringAsync(new Uri("/api/admin/audit", UriKind.Relative));

    private static double BeganAt(JsonElement scenario) => scenario.GetProperty("atMs").GetDouble() - scenario.GetProperty("positionMs").GetDouble();

    private static async Task Run(string[] arguments, string? database = null)
    {
        var environment = database is null ? [] : new Dictionary<string, string>(StringComparer.Ordinal) { ["ORCHESTRATOR_Storage__Postgres"] = database };
        (await OrchestratorProcess.Run(arguments, environment)).Ok();
    }

    /// <summary>What there was before the move: tokens, seats, and what the server said.</summary>
    private sealed record Evening(
        string RootToken, string AdaToken, string Ada, string Ben, string Eve, JsonElement Session, JsonElement Scenario, string Audit);
}
