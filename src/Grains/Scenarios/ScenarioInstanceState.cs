namespace Orchestrator.Scenarios;

/// <summary>A scenario instance as it is stored. What the scenario is made of, the session keeps.</summary>
[GenerateSerializer, Immutable, Alias("scenario-instance-state")]
public sealed record ScenarioInstanceState
{
    [Id(0)]
    public required ScenarioClock Clock { get; init; }

    /// <summary>Which event of the timeline is next.</summary>
    [Id(1)]
    public int NextEvent { get; init; }

    /// <summary>Of the last news.</summary>
    [Id(2)]
    public long Number { get; init; }

    /// <summary>The last change of the clock, to be announced again if the session has not heard of it.</summary>
    [Id(3)]
    public required ScenarioChanged LastChange { get; init; }
}
