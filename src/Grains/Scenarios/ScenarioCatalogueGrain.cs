using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>The shell of <see cref="ScenarioCatalogue"/>.</summary>
[Reentrant]
public sealed class ScenarioCatalogueGrain : Grain, IScenarioCatalogueGrain
{
    private readonly ScenarioCatalogue _catalogue;
    private readonly Committer<ScenarioCatalogueState> _commit;

    public ScenarioCatalogueGrain(
        [PersistentState("scenarios")] IPersistentState<Stored<ScenarioCatalogueState>> store, Limits limits, TimeProvider time, ILogger<ScenarioCatalogueGrain> log)
    {
        _catalogue = new ScenarioCatalogue(limits);
        _commit = new(store, new(() => _catalogue.State, null, static _ => { }, DeactivateOnIdle, limits, time, log));
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _catalogue.Restore(stored);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Add(Caller caller, AddScenario command)
    {
        // Clients upload what they know at each login: a scenario that is there already costs no write.
        return command.Key is null && _catalogue.Find(command.Definition.ScenarioId) == command.Definition
            ? _commit.Settled()
            : _commit.Durable(CommandKeys.Of(caller, command.Key), () => _catalogue.Add(caller, command.Definition), static () => true);
    }

    public Task Remove(Caller caller, RemoveScenario command) =>
        _commit.Durable(CommandKeys.Of(caller, command.Key), () => _catalogue.Remove(caller, command.ScenarioId), static () => true);

    public async Task<ScenarioDefinition?> Find(string scenarioId)
    {
        await _commit.Settled();
        return _catalogue.Find(scenarioId);
    }

    public async Task<ImmutableSortedDictionary<string, ScenarioDefinition>> List()
    {
        await _commit.Settled();
        return _catalogue.List();
    }
}
