using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>The catalogue as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("scenario-catalogue-state")]
public sealed record ScenarioCatalogueState
{
    [Id(0)]
    public ImmutableDictionary<string, ScenarioEntry> Entries { get; init; } = ImmutableDictionary<string, ScenarioEntry>.Empty;
}

/// <summary>A scenario in the catalogue.</summary>
/// <param name="Owner">The account that added it first; null for a guest's, which is everybody's.</param>
/// <param name="Bytes">Its size as JSON.</param>
[GenerateSerializer, Immutable, Alias("scenario-entry")]
public sealed record ScenarioEntry([property: Id(0)] ScenarioDefinition Definition, [property: Id(1)] UserId? Owner, [property: Id(2)] int Bytes);

/// <summary>A scenario was added, or replaced.</summary>
[GenerateSerializer, Immutable, Alias("scenario-added")]
public sealed record ScenarioAdded([property: Id(0)] ScenarioEntry Entry) : Event;

/// <summary>A scenario is gone from the catalogue.</summary>
[GenerateSerializer, Immutable, Alias("scenario-removed")]
public sealed record ScenarioRemoved([property: Id(0)] string ScenarioId) : Event;
