using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>The gateway is ready when the lists of sessions and of users have arrived once: then the engine and the store have answered.</summary>
public sealed class ListHealth(SessionListReplica list, UserListReplica users) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(list.IsReady && users.IsReady
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The list of sessions or that of users has not arrived yet."));
}
