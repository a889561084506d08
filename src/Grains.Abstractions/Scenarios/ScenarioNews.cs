using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>Something that happened in a session's scenario. The instance decides it, the session publishes it.</summary>
[GenerateSerializer, Immutable, Alias("scenario-news")]
public abstract record ScenarioNews : SessionEvent
{
    /// <summary>Counts the news of one instance: the session takes each once.</summary>
    [Id(0)]
    public long Number { get; init; }
}

/// <summary>The scenario's clock is another one.</summary>
/// <param name="By">Who asked for it.</param>
[GenerateSerializer, Immutable, Alias("scenario-changed")]
public sealed record ScenarioChanged(
    [property: Id(0)] ScenarioControl Control,
    [property: Id(1)] UserId By,
    [property: Id(2)] ScenarioClock Clock) : ScenarioNews;

/// <summary>The moment of a timed event has come.</summary>
/// <param name="Run">In which run of the scenario.</param>
/// <param name="Index">Its place in the timeline.</param>
/// <param name="DueMs">Its moment: milliseconds of the server's UTC since 1970.</param>
/// <param name="LateMs">How long after its moment it is published.</param>
/// <param name="IsLate">Whether that is longer than it should take: the process was down, or the store stalled.</param>
[GenerateSerializer, Immutable, Alias("scenario-event-fired")]
public sealed record ScenarioEventFired(
    [property: Id(0)] ScenarioEvent Event,
    [property: Id(1)] int Run,
    [property: Id(2)] int Index,
    [property: Id(3)] long DueMs,
    [property: Id(4)] long LateMs = 0,
    [property: Id(5)] bool IsLate = false) : ScenarioNews
{
    public override int Bytes => base.Bytes + (Event.Data?.Bytes ?? 0);

    // Only the number, which serves for as long as the session remembers it.
    public override bool ChangesState => false;
}
