using System.Text.Json;

namespace Orchestrator.EndToEnd;

/// <summary>kill -9 in the middle of a timeline: what fell due meanwhile comes when its members are back, and no event comes twice.</summary>
public sealed class TimelineTests(ITestOutputHelper output)
{
    private const int Events = 120;
    private const int PeriodMs = 50;
    private const double LateMs = 1_000;

    // As a rule one; on a busy machine those of a quarter of a second.
    private const int OnTheirWayMax = 250 / PeriodMs;

    [Theory]
    [InlineData(3)]
    [InlineData(25)]
    public async Task A_timeline_outlives_kill_9(int killAfter)
    {
        using var directory = new TemporaryDirectory();
        JsonElement[] before;
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
        }

        await using var again = await OrchestratorProcess.Start(directory.Path);
        await using var back = await HubClient.Connect(again.Address);
        var resumed = (await back.Invoke("Resume", new { token })).Ok().Body.GetProperty("session");
        resumed.GetProperty("scenarioClock").Text("state").ShouldBe("running");
        await Eventually(() => Fired(back).Any(e => Index(e) == Events - 1) ? null : "the last event has not come");

        var after = Fired(back);
        before.Select(Index).ShouldBe(Enumerable.Range(0, before.Length));
        // Those that were on their way when the process was killed may have been lost: none is fired twice.
        var first = Index(after[0]);
        first.ShouldBeInRange(before.Length, before.Length + OnTheirWayMax);
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

    private static int Index(JsonElement fired) => fired.GetProperty("index").GetInt32();
}
