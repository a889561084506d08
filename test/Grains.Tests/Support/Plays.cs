using Orchestrator.Scenarios;

namespace Orchestrator.Support;

/// <summary>Short ways to say what a scenario is made of.</summary>
internal static class Plays
{
    /// <summary>A scenario with events to all at these times; each is known by its place in the list.</summary>
    public static ScenarioDefinition Play(params long[] times) =>
        Play([.. times.Select((at, i) => new ScenarioEvent(at, $"e{i}"))]);

    public static ScenarioDefinition Play(params ScenarioEvent[] events) => new("play", "A play", ScenarioEvents: [.. events]);

    /// <summary>Arrays in arrays, so many.</summary>
    public static Payload Nested(int depth) => Payload.Of(new string('[', depth) + new string(']', depth));

    public static ControlScenario Seek(long positionMs) => new(ScenarioControl.Seek, PositionMs: positionMs);

    public static ControlScenario Rate(double rate) => new(ScenarioControl.SetRate, Rate: rate);

    public static ControlScenario Do(ScenarioControl control, string? key = null) => new(control, Key: key);
}
