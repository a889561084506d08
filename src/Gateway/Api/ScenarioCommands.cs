using System.Collections.Immutable;
using Orchestrator.Scenarios;

namespace Orchestrator.Api;

/// <summary>Adds a scenario to the catalogue, or replaces one's own or a guest's.</summary>
/// <param name="ScenarioGltf">Any JSON value; passed on unread.</param>
public sealed record AddScenarioParameters(
    string ScenarioId,
    string? ScenarioName = null,
    string? ScenarioDescription = null,
    ImmutableArray<Room>? ScenarioRooms = null,
    ImmutableArray<ScenarioEvent>? ScenarioEvents = null,
    Payload? ScenarioGltf = null,
    string? Key = null)
{
    public static AddScenarioParameters Of(ScenarioDefinition definition, string? key) => new(
        definition.ScenarioId, definition.ScenarioName, definition.ScenarioDescription, definition.ScenarioRooms, definition.ScenarioEvents, definition.ScenarioGltf, key);

    internal ScenarioDefinition ToDefinition() => new(ScenarioId, ScenarioName, ScenarioDescription, ScenarioRooms, ScenarioEvents, ScenarioGltf);
}

/// <summary>Reads one scenario of the catalogue.</summary>
public sealed record ScenarioParameters(string ScenarioId);

/// <summary>Commands about the catalogue of scenarios.</summary>
public sealed class ScenarioCommands
{
    private readonly IGrainFactory _grains;

    public ScenarioCommands(IGrainFactory grains)
    {
        _grains = grains;
        AddScenario = new("AddScenario", Add, Validate);
        GetScenarios = new("GetScenarios", List);
        GetScenarioInfo = new("GetScenarioInfo", Get);
        RemoveScenario = new("RemoveScenario", Remove, static (p, limits) => Validation.Key(p.Key, limits));
    }

    public Command<AddScenarioParameters, Nothing> AddScenario { get; }

    public Command<NoParameters, IReadOnlyDictionary<string, ScenarioDefinition>> GetScenarios { get; }

    public Command<ScenarioParameters, ScenarioDefinition> GetScenarioInfo { get; }

    public Command<RemoveScenario, Nothing> RemoveScenario { get; }

    private IScenarioCatalogueGrain Catalogue => _grains.GetGrain<IScenarioCatalogueGrain>(IScenarioCatalogueGrain.Key);

    private static void Validate(AddScenarioParameters parameters, Limits limits)
    {
        ScenarioRules.Demand(parameters.ToDefinition(), "$", limits);
        Validation.Key(parameters.Key, limits);
    }

    private async Task<Answer<Nothing>> Add(CommandContext context, AddScenarioParameters parameters)
    {
        await Catalogue.Add(context.User, new AddScenario(parameters.ToDefinition(), parameters.Key));
        return Nothing.Answer;
    }

    private async Task<Answer<IReadOnlyDictionary<string, ScenarioDefinition>>> List(CommandContext context, NoParameters parameters) =>
        new(await Catalogue.List());

    private async Task<Answer<ScenarioDefinition>> Get(CommandContext context, ScenarioParameters parameters) =>
        new(await Catalogue.Find(parameters.ScenarioId) ?? throw new Refusal(RefusalCode.ScenarioNotFound, "There is no such scenario."));

    private async Task<Answer<Nothing>> Remove(CommandContext context, RemoveScenario parameters)
    {
        await Catalogue.Remove(context.User, parameters);
        return Nothing.Answer;
    }
}
