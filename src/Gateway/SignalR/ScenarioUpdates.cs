using Orchestrator.Scenarios;

namespace Orchestrator.SignalR;

/// <summary>A SessionUpdated about the scenario's clock: SCENARIO_STARTED, _RESTARTED, _STOPPED, _PAUSED, _RESUMED, _SEEKED, _RATE_CHANGED.</summary>
public sealed record ScenarioUpdate(string EventId, ScenarioUpdateData EventData);

/// <summary>Who changed the clock, and what it is now.</summary>
/// <param name="UserId">First, always: older clients read it by position.</param>
/// <param name="ScenarioId">The instance: the session's id.</param>
/// <param name="StartTimeMs">When a clock that runs was, or would have been, at 0: milliseconds of UTC since 1970.</param>
public sealed record ScenarioUpdateData(string UserId, string ScenarioId, long? StartTimeMs, long PositionMs, long AtMs, double Rate, int Run);

/// <summary>A SessionUpdated of the timeline: SCENARIO_EVENT.</summary>
public sealed record TimelineUpdate(string EventId, TimelineUpdateData EventData);

/// <summary>A timed event.</summary>
/// <param name="UserId">Nobody's: empty.</param>
/// <param name="ElapsedMs">Its planned time, from the beginning of the scenario.</param>
public sealed record TimelineUpdateData(
    string UserId, string ScenarioId, long ElapsedMs, string EventId, Payload? Data, int Run, int Index, bool Late, long LateMs);

/// <summary>Says the news of a scenario.</summary>
internal static class ScenarioUpdates
{
    public static object Of(ScenarioNews news, string session) => news switch
    {
        ScenarioChanged e => new ScenarioUpdate(NameOf(e.Control), Data(e, session)),
        ScenarioEventFired e => new TimelineUpdate(
            "SCENARIO_EVENT", new("", session, e.Event.At, e.Event.EventId, e.Event.Data, e.Run, e.Index, e.IsLate, e.LateMs)),
        _ => throw new InvalidOperationException($"There are no words for {news.GetType().Name}."),
    };

    private static ScenarioUpdateData Data(ScenarioChanged changed, string session)
    {
        var clock = changed.Clock;
        var start = clock.State == ScenarioState.Running ? clock.MomentOf(0).ToUnixTimeMilliseconds() : (long?)null;
        return new(changed.By.Value, session, start, clock.PositionMs, clock.AtMs, clock.Rate, clock.Run);
    }

    private static string NameOf(ScenarioControl control) => control switch
    {
        ScenarioControl.Start => "SCENARIO_STARTED",
        ScenarioControl.Restart => "SCENARIO_RESTARTED",
        ScenarioControl.Stop => "SCENARIO_STOPPED",
        ScenarioControl.Pause => "SCENARIO_PAUSED",
        ScenarioControl.Resume => "SCENARIO_RESUMED",
        ScenarioControl.Seek => "SCENARIO_SEEKED",
        _ => "SCENARIO_RATE_CHANGED",
    };
}
