using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Orchestrator.EndToEnd;

/// <summary>kill -9 in the middle of a timeline: what fell due meanwhile comes when its members are back, and no event comes twice.</summary>
public sealed class TimelineTests(ITestOutputHelper output)
{
    private const int Events = 120;
    private const int PeriodMs = 50;
    private const double LateMs = 1_000;

    [Theory]
    [InlineData(3)]
    [InlineData(25)]
    public async Task A_timeline_outlives_kill_9(int killAfter)
    {
        using var directory = new TemporaryDirectory();
        JsonElement[] before;
        int stored;
        string token;
        await using (var process = await OrchestratorProcess.Start(directory.Path))
        {
            await using var director = await HubClient.Connect(process.Address);
            token = (await director.Invoke("Login", new { userName = "Director" })).Ok().Body.Text("resumeToken");
            (await director.Invoke("AddSession", new { sessionName = "Play", scenarioDefinition = new { scenarioId = "play", scenarioEvents = Timeline() } })).Ok();
            (await director.Invoke("StartScenario", new { })).Ok();
            await Eventually(() => Fired(director).Length >= killAfter ? null : "too few events have come");
            await process.Kill();
            await director.Over;
            before = Fired(director);
            stored = NextEvent(directory.File("orchestrator.db"));
        }

        await using var again = await OrchestratorProcess.Start(directory.Path);
        await using var back = await HubClient.Connect(again.Address);
        var resumed = (await back.Invoke("Resume", new { token })).Ok().Body.GetProperty("session");
        resumed.GetProperty("scenarioClock").Text("state").ShouldBe("running");
        await Eventually(() => Fired(back).Any(e => Index(e) == Events - 1) ? null : "the last event has not come");

        var after = Fired(back);
        before.Select(Index).ShouldBe(Enumerable.Range(0, before.Length));
        // Those that were on their way when the process was killed may have been lost, since what is stored counts: none is fired twice.
        var first = Index(after[0]);
        first.ShouldBe(stored);
        first.ShouldBeGreaterThanOrEqualTo(before.Length);
        after.Select(Index).ShouldBe(Enumerable.Range(first, Events - first));
        output.WriteLine($"{before.Length} events before kill -9; {first - before.Length} lost on its way; {after.Length} after, {after.Count(e => e.GetProperty("late").GetBoolean())} of them marked late.");
        after.ShouldAllBe(e => e.GetProperty("late").GetBoolean() == e.GetProperty("lateMs").GetDouble() > LateMs);
        after[0].GetProperty("lateMs").GetDouble().ShouldBeGreaterThan(after[^1].GetProperty("lateMs").GetDouble());
        after.Select(e => e.GetProperty("run").GetInt32()).ShouldAllBe(run => run == 1);
        (await back.Invoke("GetScenarioInstanceInfo", new { })).Ok().Body.GetProperty("nextEvent").GetInt32().ShouldBe(Events);
    }

    private static object[] Timeline() => [.. Enumerable.Range(0, Events).Select(i => new { at = i * PeriodMs, eventId = $"cue {i}" })];

    private static JsonElement[] Fired(HubClient client) =>
        [.. client.Events.Where(e => e.Kind == "SCENARIO_EVENT").Select(e => e.Data.GetProperty("eventData"))];

    /// <summary>The cursor of the only timeline.</summary>
    private static int NextEvent(string database)
    {
        // Only read: the log stays beside the database for the next start, as the crash left it.
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT json_extract(data, '$.state.nextEvent') FROM grain_state WHERE name = 'scenario'";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static int Index(JsonElement fired) => fired.GetProperty("index").GetInt32();
}
