using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>The shell of <see cref="PacketRules"/>. It has no record, so its epochs are the times at which it was activated.</summary>
[Reentrant]
public sealed class DataStreamGrain : Grain, IDataStreamGrain
{
    private readonly DataStreamId _id;
    private readonly PacketRules _rules;
    private readonly Source _source;
    private readonly TimeProvider _time;

    public DataStreamGrain(IGatewayWatch watch, TimeProvider time)
    {
        _time = time;
        _id = DataStreamId.Of(this.GetPrimaryKeyString());
        _rules = new PacketRules(_id.Stream);
        _source = new Source(SourceId.Of(_id), logBytesMax: 0, watch);
    }

    private ISessionGrain Session => GrainFactory.GetGrain<ISessionGrain>(_id.Session.Value);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _source.Begin(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _source.End();
        return Task.CompletedTask;
    }

    public async Task Send(Caller caller, Packet packet)
    {
        if (caller.User != _id.Stream.Owner)
        {
            throw new Refusal(RefusalCode.NotAllowed, "A data stream is its owner's.");
        }

        if (_rules.MustAsk(packet.After, _time.GetUtcNow()))
        {
            _rules.Learn(await Session.GetStreamStanding(_id.Stream), _time.GetUtcNow());
        }

        _source.Publish(_rules.Send(packet, _time.GetUtcNow()));
    }

    public async Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after)
    {
        if (!await Session.IsRegistered(seat.User, _id.Stream))
        {
            throw new Refusal(RefusalCode.NotJoined, "The user is not registered for this data stream.");
        }

        return _source.Subscribe(gateway, seat, after, static () => new DataStreamSnapshot());
    }

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
