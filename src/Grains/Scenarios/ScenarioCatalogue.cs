using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>The rules of the catalogue of scenarios. It decides what happens, or refuses, and applies it.</summary>
public sealed class ScenarioCatalogue(Limits limits)
{
    public ScenarioCatalogueState State { get; private set; } = new();

    public void Restore(ScenarioCatalogueState state) => State = state;

    public ScenarioDefinition? Find(string scenarioId) => State.Entries.GetValueOrDefault(scenarioId)?.Definition;

    public ImmutableSortedDictionary<string, ScenarioDefinition> List() =>
        State.Entries.ToImmutableSortedDictionary(e => e.Key, e => e.Value.Definition, StringComparer.Ordinal);

    public IReadOnlyList<Outgoing> Add(Caller caller, ScenarioDefinition definition)
    {
        var known = State.Entries.GetValueOrDefault(definition.ScenarioId);
        if (known?.Definition == definition)
        {
            return [];
        }

        if (known is not null)
        {
            DemandOwner(known, caller);
        }

        var owner = known is null ? OwnerOf(caller) : known.Owner;
        var entry = new ScenarioEntry(definition, owner, definition.CountBytes());
        Demand(entry.Bytes <= limits.ScenarioBytesMax, $"A scenario may have {limits.ScenarioBytesMax} bytes; this one has {entry.Bytes}.");
        Demand(known is not null || State.Entries.Count < limits.ScenariosMax, "The catalogue has no room for another scenario.");
        Demand(
            known is not null || State.Entries.Values.Count(e => e.Owner == owner) < limits.ScenariosPerOwnerMax,
            $"An account may have {limits.ScenariosPerOwnerMax} scenarios in the catalogue, and all guests together as many.");
        DemandShare(caller, entry, known?.Bytes ?? 0);
        var bytes = State.Entries.Values.Sum(e => (long)e.Bytes) - (known?.Bytes ?? 0) + entry.Bytes;
        Demand(bytes <= limits.ScenarioCatalogueBytesMax, $"The catalogue may have {limits.ScenarioCatalogueBytesMax} bytes; with this scenario it would have {bytes}.");
        return Happened(new ScenarioAdded(entry));
    }

    public IReadOnlyList<Outgoing> Remove(Caller caller, string scenarioId)
    {
        var known = State.Entries.GetValueOrDefault(scenarioId)
            ?? throw new Refusal(RefusalCode.ScenarioNotFound, "There is no such scenario.");
        DemandOwner(known, caller);
        return Happened(new ScenarioRemoved(scenarioId));
    }

    // A guest's id goes with the guest: nobody could ever change or remove what it owned.
    private static UserId? OwnerOf(Caller caller) => caller.Role == Role.Guest ? null : caller.User;

    private static void DemandOwner(ScenarioEntry entry, Caller caller)
    {
        if (entry.Owner is { } owner && owner != caller.User && caller.Role != Role.Administrator)
        {
            throw new Refusal(RefusalCode.NotAllowed, "The scenario is somebody else's.");
        }
    }

    /// <summary>An owner that has more than its share, from a time when there was none, may still replace a scenario by one that is not larger.</summary>
    private void DemandShare(Caller caller, ScenarioEntry entry, int before)
    {
        var bytes = State.Entries.Values.Where(e => e.Owner == entry.Owner).Sum(static e => (long)e.Bytes) - before + entry.Bytes;
        var whose = entry.Owner is null ? "All guests together" : "An account";
        Demand(
            caller.Role == Role.Administrator || entry.Bytes <= before || bytes <= limits.ScenarioBytesPerOwnerMax,
            $"{whose} may have {limits.ScenarioBytesPerOwnerMax} bytes of the catalogue; with this scenario it would be {bytes}.");
    }

    private static void Demand(bool condition, string sentence)
    {
        if (!condition)
        {
            throw new Refusal(RefusalCode.LimitReached, sentence);
        }
    }

    private IReadOnlyList<Outgoing> Happened(Event @event)
    {
        State = @event switch
        {
            ScenarioAdded e => State with { Entries = State.Entries.SetItem(e.Entry.Definition.ScenarioId, e.Entry) },
            ScenarioRemoved e => State with { Entries = State.Entries.Remove(e.ScenarioId) },
            _ => State,
        };
        return [Outgoing.Silent(@event)];
    }
}
