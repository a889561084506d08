using System.Net.Http.Json;

namespace Orchestrator.Cluster;

/// <summary>From one process on SQLite to silos on PostgreSQL: everything durable goes along.</summary>
public sealed class MoveTests(PostgresFixture postgres)
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Everything_durable_moves_from_one_process_to_a_cluster()
    {
        SiloCluster.DemandEngine();
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var file = directory.File("all.jsonl");
        await using (var one = await OrchestratorProcess.Start(data))
        {
            using var http = new HttpClient { BaseAddress = one.Address };
            (await http.PostAsJsonAsync("/api/accounts", new { userName = "Ada", password = Password })).EnsureSuccessStatusCode();
            await using var ada = await HubClient.Connect(one.Address);
            (await ada.Invoke("Login", new { userName = "Ada", userPassword = Password })).Ok();
            (await ada.Invoke("UpdateUserData", new { userDataKey = "instrument", userDataValue = "cello" })).Ok();
            (await ada.Invoke("AddScenario", new { scenarioId = "evening", scenarioName = "Evening" })).Ok();
            one.Terminate();
            (await one.WaitForExit()).ShouldBe(0);
        }

        await Run(["export", file, "--data", data]);
        await using var cluster = await SiloCluster.StartOn(database => Run(["import", file], database), postgres, 2);

        foreach (var silo in cluster.Silos)
        {
            await using var ada = await HubClient.Connect(silo.Address);
            (await ada.Invoke("Login", new { userName = "Ada", userPassword = Password })).Ok();
            (await ada.Invoke("GetUserData", new { })).Ok().Body.GetRawText().ShouldContain("cello");
            (await ada.Invoke("GetScenarios")).Ok().Body.GetRawText().ShouldContain("Evening");
        }
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

    private static async Task Run(string[] arguments, string? database = null)
    {
        var environment = database is null ? [] : new Dictionary<string, string>(StringComparer.Ordinal) { ["ORCHESTRATOR_Storage__Postgres"] = database };
        (await OrchestratorProcess.Run(arguments, environment)).Ok();
    }
}
