using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>Degraded while the store does not take writes. Sessions go on meanwhile, new ones begin, and no other silo would be better off: whoever sent clients away would only take from them what works.</summary>
public sealed class StoreHealth(IStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        store.Status.IsHealthy ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(store.Status.LastError ?? "The store does not take writes."));
}
