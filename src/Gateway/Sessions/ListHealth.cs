using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orchestrator.Sessions;

/// <summary>The gateway is ready when the list of sessions has arrived once: then the engine and the store have answered.</summary>
public sealed class ListHealth(SessionListReplica list) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(list.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The list of sessions has not arrived yet."));
}
