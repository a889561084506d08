using System.Collections.Immutable;
using Orchestrator.Delivery;

namespace Orchestrator.Administration;

/// <summary>The rules of the audit: the last entries, oldest first.</summary>
public sealed class AuditTrail(Limits limits)
{
    public AuditState State { get; private set; } = new();

    public void Restore(AuditState state) => State = state;

    public IReadOnlyList<Outgoing> Add(AuditEntry entry)
    {
        var entries = State.Entries.Add(entry);
        State = State with { Entries = entries.Length > limits.AuditEntriesMax ? entries[^limits.AuditEntriesMax..] : entries };
        return [];
    }
}

/// <summary>The audit as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("audit-state")]
public sealed record AuditState
{
    [Id(0)]
    public ImmutableArray<AuditEntry> Entries { get; init; } = [];
}
