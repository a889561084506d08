using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;

namespace Orchestrator.Administration;

/// <summary>The shell of <see cref="AuditTrail"/>.</summary>
[Reentrant]
public sealed class AuditGrain : Grain, IAuditGrain
{
    private readonly AuditTrail _trail;
    private readonly Committer<AuditState> _commit;

    public AuditGrain(
        [PersistentState("audit")] IPersistentState<Stored<AuditState>> store, Limits limits, TimeProvider time, ILogger<AuditGrain> log)
    {
        _trail = new AuditTrail(limits);
        _commit = new(store, new(() => _trail.State, null, static _ => { }, DeactivateOnIdle, limits, time, log));
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _trail.Restore(stored);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Add(AuditEntry entry) => _commit.Durable(null, () => _trail.Add(entry), static () => true);

    public async Task<ImmutableArray<AuditEntry>> Read()
    {
        await _commit.Settled();
        return _trail.State.Entries;
    }
}
