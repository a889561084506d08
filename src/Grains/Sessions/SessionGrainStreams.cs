using System.Collections.Immutable;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>The streams of the session.</summary>
public sealed partial class SessionGrain
{
    public Task<MemberStreams> DeclareDataStream(Caller caller, DataStream stream) => ChangeStreams(caller, () => _session.DeclareDataStream(caller, stream));

    public Task<MemberStreams> RemoveDataStream(Caller caller, string? kind) => ChangeStreams(caller, () => _session.RemoveDataStream(caller, kind));

    public Task<MemberStreams> RemoveAllDataStreams(Caller caller) => ChangeStreams(caller, () => _session.RemoveAllDataStreams(caller));

    public Task<MemberStreams> RegisterForDataStream(Caller caller, StreamOfUser stream) => ChangeStreams(caller, () => _session.RegisterForDataStream(caller, stream));

    public Task<MemberStreams> UnregisterFromDataStream(Caller caller, StreamOfUser stream) => ChangeStreams(caller, () => _session.UnregisterFromDataStream(caller, stream));

    public Task<MemberStreams> UnregisterFromAllDataStreams(Caller caller) => ChangeStreams(caller, () => _session.UnregisterFromAllDataStreams(caller));

    public Task<ImmutableArray<DataStream>> GetAvailableDataStreams(Caller caller, UserId? owner) => Task.FromResult(_session.AvailableDataStreams(caller, owner));

    public Task<MemberStreams> GetDataStreams(Caller caller) => Task.FromResult(_session.DataStreams(caller, _source.At, changedAt: null));

    public Task<bool> IsRegistered(UserId user, DataStreamKey stream) => Task.FromResult(_session.IsRegistered(user, stream));

    public Task<StreamStanding> GetStreamStanding(DataStreamKey stream) =>
        Task.FromResult(new StreamStanding(_session.HasMember(stream.Owner), _session.StreamOf(stream), _source.At));

    public Task<Position> PushAudio(Caller caller, Payload? data) => Task.FromResult(Live(() => _session.PushAudio(caller, data)));

    public Task PacketsDropped(DataStreamKey stream, ImmutableArray<ReceiverDrops> drops) => Task.FromResult(Live(() => _session.PacketsDropped(stream, drops)));

    private Task<MemberStreams> ChangeStreams(Caller caller, Func<IReadOnlyList<Outgoing>> decide)
    {
        var before = _source.At;
        return Task.FromResult(_commit.Live(null, decide, () => _session.DataStreams(caller, _source.At, _source.At > before ? _source.At : null)));
    }
}
