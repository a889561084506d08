using System.Collections.Immutable;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>
/// The scenarios that sessions can be made of; one grain, durable. An account owns the scenarios that it adds; those of guests are everybody's. A session runs a copy, so no change here reaches one that is open.
/// Called by gateways.
/// </summary>
[Alias("scenarios")]
public interface IScenarioCatalogueGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>
    /// Adds a scenario, or replaces the caller's own or a guest's; administrators replace any. One that is there already, as it is, is accepted from anybody and nothing changes. Refusals:
    /// <see cref="RefusalCode.NotAllowed"/> (somebody else's), <see cref="RefusalCode.LimitReached"/> (count, of all and of one owner; bytes).
    /// </summary>
    [Alias("add")]
    Task Add(Caller caller, AddScenario command);

    /// <summary>Removes a scenario. Caller: its owner or an administrator; for a guest's, whoever is logged in. Refusals: <see cref="RefusalCode.ScenarioNotFound"/>, <see cref="RefusalCode.NotAllowed"/>.</summary>
    [Alias("remove")]
    Task Remove(Caller caller, RemoveScenario command);

    /// <summary>One scenario; null if there is none of this id. Whoever is logged in may ask.</summary>
    [Alias("find"), Repeatable]
    Task<ScenarioDefinition?> Find(string scenarioId);

    /// <summary>All scenarios, by id. Whoever is logged in may ask.</summary>
    [Alias("list"), Repeatable]
    Task<ImmutableSortedDictionary<string, ScenarioDefinition>> List();
}

/// <summary>Adds a scenario to the catalogue.</summary>
[GenerateSerializer, Immutable, Alias("add-scenario-command")]
public sealed record AddScenario([property: Id(0)] ScenarioDefinition Definition, [property: Id(1)] string? Key = null) : IKeyedCommand;

/// <summary>Removes a scenario from the catalogue.</summary>
[GenerateSerializer, Immutable, Alias("remove-scenario-command")]
public sealed record RemoveScenario([property: Id(0)] string ScenarioId, [property: Id(1)] string? Key = null) : IKeyedCommand;
