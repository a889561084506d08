namespace Orchestrator.Scenarios;

/// <summary>Which scenario a new session gets: the one given with it, one of the catalogue, or something of both.</summary>
public sealed class ScenarioSource(IGrainFactory grains)
{
    public static void Validate(ScenarioDefinition? given, string? scenarioId, Limits limits)
    {
        if (given is not null)
        {
            ScenarioRules.Demand(given, "$.scenarioDefinition", limits);
        }

        if (string.IsNullOrWhiteSpace(given?.ScenarioId ?? scenarioId))
        {
            throw Refusal.BadRequest("One of the parameters 'scenarioDefinition' and 'scenarioId' is needed.");
        }

        if (given is not null && scenarioId is not null && scenarioId != given.ScenarioId)
        {
            throw Refusal.BadRequest("The parameters 'scenarioDefinition' and 'scenarioId' name two scenarios.");
        }
    }

    /// <summary>The definition that the session will own. Refusals: <see cref="RefusalCode.ScenarioNotFound"/>.</summary>
    public async Task<ScenarioDefinition> Find(ScenarioDefinition? given, string? scenarioId)
    {
        if (given is { ScenarioRooms: not null } or { ScenarioEvents: not null })
        {
            return given;
        }

        var known = await grains.GetGrain<IScenarioCatalogueGrain>(IScenarioCatalogueGrain.Key).Find(given?.ScenarioId ?? scenarioId!);
        if (given is null)
        {
            return known ?? throw new Refusal(RefusalCode.ScenarioNotFound, "There is no such scenario.");
        }

        return known is null
            ? given
            : given with { ScenarioRooms = known.ScenarioRooms, ScenarioEvents = known.ScenarioEvents, ScenarioGltf = given.ScenarioGltf ?? known.ScenarioGltf };
    }
}
