using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>Not ready while the store does not take writes; sessions that run go on meanwhile.</summary>
public sealed class StoreHealth(IStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        store.Status.IsHealthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(store.Status.LastError ?? "The store does not take writes."));
}
