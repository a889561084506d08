using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>
/// Lets publishers know, once a second, for which receivers at this gateway their packets were dropped, and how many: one call a stream, and none when nothing was dropped. What
/// was dropped last for a connection that has ended, or for a registration that has, is not told: that receiver is gone.
/// </summary>
public sealed class DropNotices(ConnectionTable connections, IGrainFactory grains, TimeProvider time, ILogger<DropNotices> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var (stream, drops) in Take())
                {
                    await Tell(stream, drops);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private Dictionary<SourceId, Dictionary<UserId, long>> Take()
    {
        var taken = new Dictionary<SourceId, Dictionary<UserId, long>>();
        foreach (var connection in connections.All)
        {
            if (connection.Caller is not { User: var user })
            {
                continue;
            }

            foreach (var (stream, count) in connection.TakeDrops())
            {
                if (!taken.TryGetValue(stream, out var drops))
                {
                    taken[stream] = drops = [];
                }

                drops[user] = drops.GetValueOrDefault(user) + count;
            }
        }

        return taken;
    }

    private async Task Tell(SourceId source, Dictionary<UserId, long> drops)
    {
        var id = DataStreamId.Of(source.Key);
        ImmutableArray<ReceiverDrops> told = [.. drops.Select(d => new ReceiverDrops(d.Key, d.Value)).OrderBy(d => d.User.Value, StringComparer.Ordinal)];
        try
        {
            // One way: nobody waits for the session here.
            await grains.GetGrain<ISessionGrain>(id.Session.Value).PacketsDropped(id.Stream, told);
        }
        catch (Exception e)
        {
            log.LogWarning(e, "The drops of {Stream} could not be told", source);
        }
    }
}
