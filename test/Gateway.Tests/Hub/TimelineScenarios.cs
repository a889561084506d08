using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>The scenario that a session runs: its clock, and what happens at set times.</summary>
public abstract class TimelineScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    private const long Far = 3_600_000;

    [Fact]
    public async Task Timed_events_reach_all_the_master_or_one_user_in_order()
    {
        var ben = await Enter("Ben");
        var ann = await Enter("Ann");
        var session = await Play(ann, Timed(0, "first", new { a = 1 }), Timed(30, "to the master", to: "master"), Timed(60, "to Ben", to: ben.Id), Timed(90, "last"));
        (await ben.Client.JoinSession(session)).Ok();

        (await ann.Client.Call("StartScenario", new { })).Ok();

        await ann.Client.WaitFor("SCENARIO_EVENT", d => Data(d).Text("eventId") == "last");
        await ben.Client.WaitFor("SCENARIO_EVENT", d => Data(d).Text("eventId") == "last");
        Timeline(ann).ShouldBe(["first", "to the master", "last"]);
        Timeline(ben).ShouldBe(["first", "to Ben", "last"]);
        var first = Data(ben.Client.Events("SCENARIO_EVENT")[0].Data);
        first.EnumerateObject().First().Name.ShouldBe("userId");
        first.Text("userId").ShouldBe("");
        first.Text("scenarioId").ShouldBe(session);
        first.GetProperty("elapsedMs").GetInt64().ShouldBe(0);
        first.GetProperty("data").GetProperty("a").GetInt32().ShouldBe(1);
        (first.GetProperty("run").GetInt32(), first.GetProperty("index").GetInt32()).ShouldBe((1, 0));
        first.GetProperty("late").ValueKind.ShouldBeOneOf(JsonValueKind.False, JsonValueKind.True);
        (await ben.Client.Call("GetScenarioInstanceInfo", new { })).Ok().Body.GetProperty("nextEvent").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task Every_change_of_the_clock_is_told_to_all_members_before_the_answer()
    {
        Need(WireFeatures.OwnCommands);
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var session = await Play(ann, Timed(Far, "never"));
        (await ben.Client.JoinSession(session)).Ok();

        (await ann.Client.Call("StartScenario", new { })).Ok();
        (await ann.Client.Call("PauseScenario", new { })).Ok();
        (await ann.Client.Call("SeekScenario", new { positionMs = 5_000 })).Ok();
        (await ann.Client.Call("SetScenarioRate", new { rate = 0.5 })).Ok();
        (await ann.Client.Call("ResumeScenario", new { })).Ok();
        (await ann.Client.Call("RestartScenario", new { })).Ok();
        (await ann.Client.Call("StopScenario", new { })).Ok();

        string[] told = ["SCENARIO_STARTED", "SCENARIO_PAUSED", "SCENARIO_SEEKED", "SCENARIO_RATE_CHANGED", "SCENARIO_RESUMED", "SCENARIO_RESTARTED", "SCENARIO_STOPPED"];
        foreach (var person in new[] { ann, ben })
        {
            await person.Client.WaitForUser("SCENARIO_STOPPED", ann.Id);
            person.Client.Events().Select(e => e.What).Where(w => w.StartsWith("SCENARIO", StringComparison.Ordinal)).ShouldBe(told);
        }

        var heard = ann.Client.Heard.SkipWhile(h => h.What != "SCENARIO_STARTED").Select(h => h.What).Take(4);
        heard.ShouldBe(["SCENARIO_STARTED", "StartScenario", "SCENARIO_PAUSED", "PauseScenario"]);
        var started = Data(ben.Client.Events("SCENARIO_STARTED")[0].Data);
        started.EnumerateObject().First().Name.ShouldBe("userId");
        started.Text("scenarioId").ShouldBe(session);
        started.GetProperty("startTimeMs").GetInt64().ShouldBe(started.GetProperty("atMs").GetInt64());
        Data(ben.Client.Events("SCENARIO_PAUSED")[0].Data).TryGetProperty("startTimeMs", out _).ShouldBeFalse();
        Data(ben.Client.Events("SCENARIO_SEEKED")[0].Data).GetProperty("positionMs").GetInt64().ShouldBe(5_000);
        var resumed = Data(ben.Client.Events("SCENARIO_RESUMED")[0].Data);
        (resumed.GetProperty("atMs").GetInt64() - resumed.GetProperty("startTimeMs").GetInt64()).ShouldBe(10_000, "half as fast, five seconds took ten");
        var restarted = Data(ben.Client.Events("SCENARIO_RESTARTED")[0].Data);
        (restarted.GetProperty("positionMs").GetInt64(), restarted.GetProperty("run").GetInt32(), restarted.GetProperty("rate").GetDouble()).ShouldBe((0, 2, 0.5));
    }

    [Fact]
    public async Task Only_the_master_and_the_administrator_direct()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var cid = await Enter("Cid");
        var outside = await Enter("Eve");
        var session = await Play(ann, Timed(Far, "never"));
        (await ben.Client.JoinSession(session)).Ok();
        (await cid.Client.JoinSession(session)).Ok();

        foreach (var (command, parameters) in new (string, object)[]
        {
            ("StartScenario", new { }), ("RestartScenario", new { }), ("StopScenario", new { }), ("PauseScenario", new { }), ("ResumeScenario", new { }),
            ("SeekScenario", new { positionMs = 1 }), ("SetScenarioRate", new { rate = 1 }),
        })
        {
            var isThere = Has(WireFeatures.OwnCommands) || command is "StartScenario" or "RestartScenario" or "StopScenario";
            (await ben.Client.Call(command, parameters)).Error.ShouldBe(isThere ? 801 : 9002, command);
            (await outside.Client.Call(command, parameters)).Error.ShouldBe(isThere ? 800 : 9002, command);
        }

        (await outside.Client.Call("GetScenarioInstanceInfo", new { })).Error.ShouldBe(700);
        (await outside.Client.Call("GetScenarioInstanceInfo", new { scenarioId = session })).Error.ShouldBe(700);
        (await ann.Client.LeaveSession()).Ok();
        (await ann.Client.Call("StartScenario", new { })).Ok();
        (await cid.Client.Call("StopScenario", new { })).Error.ShouldBe(801);
        (await ben.Client.Call("StopScenario", new { })).Ok();
        (await ann.Client.Call("GetScenarioInstanceInfo", new { scenarioId = session })).Ok().Body.Text("scenarioState").ShouldBe("stopped");
    }

    [Fact]
    public async Task A_command_in_the_wrong_state_is_refused_and_told_to_nobody()
    {
        var ann = await Enter("Ann");
        await Play(ann, Timed(Far, "never"));

        (await ann.Client.Call("StopScenario", new { })).Error.ShouldBe(9009);
        (await ann.Client.Call("RestartScenario", new { })).Error.ShouldBe(9009);
        (await ann.Client.Call("StartScenario", new { key = "k" })).Ok();
        (await ann.Client.Call("StartScenario", new { key = "k" })).Ok();
        (await ann.Client.Call("StartScenario", new { })).Error.ShouldBe(9009);
        (await ann.Client.Call("StopScenario", new { key = "k" })).Error.ShouldBe(9004);
        if (Has(WireFeatures.OwnCommands))
        {
            (await ann.Client.Call("ResumeScenario", new { })).Error.ShouldBe(9009);
            (await ann.Client.Call("StopScenario", new { })).Ok();
            (await ann.Client.Call("SeekScenario", new { positionMs = 0 })).Error.ShouldBe(9009);
        }

        await ann.Client.CatchUp(ann.Id, "end");
        ann.Client.Events().Select(e => e.What).Where(w => w != "SCENARIO_STOPPED").ShouldBe(["SCENARIO_STARTED", "MessageSent"]);
    }

    [Fact]
    public async Task A_late_joiner_finds_the_clock_in_the_session()
    {
        Need(WireFeatures.OwnCommands);
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var session = await Play(ann, Timed(Far, "never"));
        (await ann.Client.Call("SetScenarioRate", new { rate = 2 })).Ok();
        (await ann.Client.Call("StartScenario", new { })).Ok();

        var clock = (await ben.Client.JoinSession(session)).Ok().Body.GetProperty("scenarioClock");

        clock.Text("state").ShouldBe("running");
        (clock.GetProperty("positionMs").GetInt64(), clock.GetProperty("rate").GetDouble(), clock.GetProperty("run").GetInt32()).ShouldBe((0, 2, 1));
        clock.GetProperty("atMs").GetInt64().ShouldBe(Data((await ann.Client.WaitFor("SCENARIO_STARTED")).Data).GetProperty("atMs").GetInt64());
    }

    [Fact]
    public async Task A_seek_passes_over_and_a_restart_arms_again()
    {
        Need(WireFeatures.OwnCommands);
        var ann = await Enter("Ann");
        await Play(ann, Timed(0, "begin"), Timed(Far, "skipped"), Timed(2 * Far, "end"));
        (await ann.Client.Call("StartScenario", new { })).Ok();
        await ann.Client.WaitFor("SCENARIO_EVENT");

        (await ann.Client.Call("SeekScenario", new { positionMs = 2 * Far })).Ok();
        await ann.Client.WaitFor("SCENARIO_EVENT", d => Data(d).Text("eventId") == "end");
        (await ann.Client.Call("RestartScenario", new { })).Ok();
        await ann.Client.WaitFor("SCENARIO_EVENT", d => Data(d).GetProperty("run").GetInt32() == 2);

        Timeline(ann).ShouldBe(["begin", "end", "begin"]);
    }

    private static JsonElement Data(JsonElement update) => update.GetProperty("eventData");

    private static string[] Timeline(Person person) => [.. person.Client.Events("SCENARIO_EVENT").Select(e => Data(e.Data).Text("eventId"))];

    private static object Timed(long at, string eventId, object? data = null, string to = "all") => new { at, eventId, data, to };

    private static async Task<string> Play(Person person, params object[] scenarioEvents) => (await person.Client.Call(
        "AddSession", new { sessionName = "a play", scenarioDefinition = new { scenarioId = "play", scenarioEvents } })).Ok().Body.Text("sessionId");
}
