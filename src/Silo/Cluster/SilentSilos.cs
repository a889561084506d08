using Orchestrator.Storage;
using Orchestrator.Storage.Postgres;

namespace Orchestrator.Cluster;

/// <summary>
/// While this silo joins: a silo of the table that has been killed with all others is asked for again once it has been silent for so long that it does not count as alive any more, and then
/// declared dead. The engine looks at that only when the table changes, and with nobody there nothing would change it.
/// </summary>
internal sealed class SilentSilos(PostgresStore store, ClusterOptions cluster, IHostApplicationLifetime lifetime, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = PointAsync();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task PointAsync()
    {
        using var joined = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, lifetime.ApplicationStopping);
        using var ticks = new PeriodicTimer(Period, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(joined.Token))
            {
                await PointOnceAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // It has joined, or given up.
        }
    }

    private async Task PointOnceAsync()
    {
        try
        {
            await store.PointAtSilentAsync(cluster.Name, cluster.AliveFor);
        }
        catch (StorageFailedException)
        {
            // While the database is away, nobody joins; next time.
        }
    }
}
