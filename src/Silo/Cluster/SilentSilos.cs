using Orchestrator.Storage;
using Orchestrator.Storage.Postgres;

namespace Orchestrator.Cluster;

/// <summary>
/// While this silo joins: a silo of the table that has been killed with all others is asked for again once it has been silent for so long that it does not count as alive any more, and then
/// declared dead. The engine looks at that only when the table changes, and with nobody there nothing would change it.
/// </summary>
internal sealed class SilentSilos(PostgresStore store, ClusterOptions cluster, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var joined = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stoppingToken);
        using var ticks = new PeriodicTimer(Period, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(joined.Token))
            {
                await PointAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // It has joined, or given up.
        }
    }

    private async Task PointAsync()
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
