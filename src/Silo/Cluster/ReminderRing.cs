using Orchestrator.Storage.Postgres;

namespace Orchestrator.Cluster;

/// <summary>
/// Gives reminders that the engine of one process has left, or an import brought, their place on the ring of silos, before this silo looks for those that are its own.
/// </summary>
internal sealed class ReminderRing(PostgresStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.PlaceRemindersAsync(static (kind, key) =>
        (int)GrainId.Create(GrainType.Create(kind), IdSpan.Create(key)).GetUniformHashCode());

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
