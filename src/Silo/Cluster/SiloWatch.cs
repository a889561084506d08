using System.Collections.Concurrent;
using Orchestrator.Delivery;

namespace Orchestrator.Cluster;

/// <summary>
/// Hears from the membership of the cluster which silos are dead. Each silo is a gateway too: the sources of this process that were heard there are told, and the gateway of this process
/// asks its sources, of which some may have moved.
/// </summary>
public sealed class SiloWatch(IClusterMembershipService membership, IGrainFactory grains, Relay relay, ILogger<SiloWatch> log, StreamDelivery? streams = null) : BackgroundService, IGatewayWatch
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<SourceId, byte>> _heard = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _dead = new(StringComparer.Ordinal);

    /// <summary>What the gateway of a silo is called: its address and the time of its start.</summary>
    public static string NameOf(SiloAddress silo) => silo.ToParsableString();

    public bool IsThere(string? gateway) => gateway is not null && SiloAddress.TryParse(gateway, null, out var silo)
        && membership.CurrentSnapshot.GetSiloStatus(silo) is SiloStatus.Joining or SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping;

    public IRelay WayTo(GatewayAddress gateway) => streams?.WayTo(gateway) ?? gateway.Relay;

    public void Heard(SourceId source, string gateway)
    {
        _heard.GetOrAdd(gateway, static _ => new ConcurrentDictionary<SourceId, byte>())[source] = 0;
        // Whoever declares it dead at the same moment either sees this source, or is seen here.
        Interlocked.MemoryBarrier();
        if (_dead.ContainsKey(gateway))
        {
            Tell(source, gateway);
        }
    }

    public void Unheard(SourceId source, string gateway)
    {
        if (_heard.TryGetValue(gateway, out var sources))
        {
            sources.TryRemove(source, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var update in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                foreach (var silo in update.Members.Values.Where(static member => member.Status == SiloStatus.Dead))
                {
                    Died(NameOf(silo.SiloAddress));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Died(string gateway)
    {
        if (!_dead.TryAdd(gateway, 0))
        {
            return;
        }

        streams?.Forget(gateway);
        Interlocked.MemoryBarrier();
        if (_heard.TryRemove(gateway, out var sources))
        {
            log.LogInformation("Silo {Silo} is dead; {Count} sources here were heard there", gateway, sources.Count);
            foreach (var source in sources.Keys)
            {
                Tell(source, gateway);
            }
        }

        relay.AskAll();
    }

    private void Tell(SourceId source, string gateway) => _ = grains.GetSource(source).GatewayLost(gateway);
}
