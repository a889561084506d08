using Orchestrator.Delivery;
using Orchestrator.Devices;

namespace Orchestrator.Administration;

/// <summary>A source without a state: what it says counts at the moment.</summary>
[Reentrant]
public sealed class OrchestratorGrain(Limits limits, IGatewayWatch watch, TimeProvider time) : Grain, IOrchestratorGrain
{
    private readonly Source _source = new(SourceId.Orchestrator, limits.SourceLogBytesMax, watch);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _source.Begin(time.GetUtcNow().ToUnixTimeMilliseconds());
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _source.End();
        return Task.CompletedTask;
    }

    public Task Reset(ConnectionId? spared)
    {
        _source.Publish([Outgoing.ToEveryone(new OrchestratorReset(spared, time.GetUtcNow()))]);
        return Task.CompletedTask;
    }

    public Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after) =>
        Task.FromResult(_source.Subscribe(gateway, seat, after, static () => new OrchestratorSnapshot()));

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));

    public Task GatewayLost(string gateway)
    {
        _source.Lost(gateway);
        return Task.CompletedTask;
    }
}
