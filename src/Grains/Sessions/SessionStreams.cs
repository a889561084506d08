using System.Collections.Immutable;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>Who has declared which streams, and who gets them. Packets do not come by here; audio does, because everybody gets it.</summary>
public sealed partial class Session
{
    public IReadOnlyList<Outgoing> DeclareDataStream(Caller caller, DataStream stream)
    {
        DemandMember(caller.User);
        DemandKind(stream.Kind);
        var declared = StreamsOf(caller.User).Declared;
        var known = declared.GetValueOrDefault(stream.Kind);
        if (known == stream)
        {
            return [];
        }

        Demand(known is not null || declared.Count < limits.StreamsPerUserMax, RefusalCode.LimitReached, $"A user declares at most {limits.StreamsPerUserMax} data streams.");
        DemandRoomInTheRecord(caller.User, StreamsOfMember.BytesOf(stream) - (known is null ? 0 : StreamsOfMember.BytesOf(known)));
        return Happened(Outgoing.ToEveryone(new DataStreamDeclared(caller.User, stream)));
    }

    public IReadOnlyList<Outgoing> RemoveDataStream(Caller caller, string? kind)
    {
        DemandMember(caller.User);
        DemandKind(kind);
        return StreamsOf(caller.User).Declared.ContainsKey(kind!) ? Happened(Outgoing.ToEveryone(new DataStreamRemoved(caller.User, kind!))) : [];
    }

    public IReadOnlyList<Outgoing> RemoveAllDataStreams(Caller caller)
    {
        DemandMember(caller.User);
        return Happened([.. StreamsOf(caller.User).Declared.Keys.Order(StringComparer.Ordinal)
            .Select(kind => Outgoing.ToEveryone(new DataStreamRemoved(caller.User, kind)))]);
    }

    public IReadOnlyList<Outgoing> RegisterForDataStream(Caller caller, StreamOfUser stream)
    {
        DemandMember(caller.User);
        DemandOwner(stream.Owner);
        DemandKind(stream.Kind);
        var key = new DataStreamKey(stream.Owner!.Value, stream.Kind!);
        var registered = StreamsOf(caller.User).Registered;
        if (registered.Contains(key))
        {
            return [];
        }

        Demand(
            registered.Count < limits.RegistrationsPerUserMax, RefusalCode.LimitReached, $"A user is registered for at most {limits.RegistrationsPerUserMax} data streams.");
        DemandRoomInTheRecord(caller.User, StreamsOfMember.BytesOf(key));
        return Happened(new Outgoing(new DataStreamRegistered(caller.User, key), Audience.Only(caller.User)));
    }

    /// <summary>The owner may have left long ago, so nothing is asked of it.</summary>
    public IReadOnlyList<Outgoing> UnregisterFromDataStream(Caller caller, StreamOfUser stream)
    {
        DemandMember(caller.User);
        Demand(stream.Owner is not null, RefusalCode.StreamUserMissing, "The owner of the data stream is missing.");
        DemandKind(stream.Kind);
        var key = new DataStreamKey(stream.Owner!.Value, stream.Kind!);
        return StreamsOf(caller.User).Registered.Contains(key)
            ? Happened(new Outgoing(new DataStreamUnregistered(caller.User, key), Audience.Only(caller.User)))
            : [];
    }

    public IReadOnlyList<Outgoing> UnregisterFromAllDataStreams(Caller caller)
    {
        DemandMember(caller.User);
        return Happened([.. StreamsOf(caller.User).Registered
            .Select(key => new Outgoing(new DataStreamUnregistered(caller.User, key), Audience.Only(caller.User)))]);
    }

    /// <summary>What a member has declared, by kind.</summary>
    public ImmutableArray<DataStream> AvailableDataStreams(Caller caller, UserId? owner)
    {
        DemandMember(caller.User);
        DemandOwner(owner);
        return Declared(owner!.Value);
    }

    /// <summary>What the caller has declared and is registered for, at a place.</summary>
    public MemberStreams DataStreams(Caller caller, Position at, Position? changedAt)
    {
        DemandMember(caller.User);
        var registered = StreamsOf(caller.User).Registered
            .OrderBy(s => s.Owner.Value, StringComparer.Ordinal)
            .ThenBy(s => s.Kind, StringComparer.Ordinal)
            .Select(s => new Registration(s, StreamOf(s)?.Description ?? ""));
        return new MemberStreams(Declared(caller.User), [.. registered], at, changedAt);
    }

    public bool IsRegistered(UserId user, DataStreamKey stream) => HasMember(user) && StreamsOf(user).Registered.Contains(stream);

    /// <summary>The declaration of a stream; null without one.</summary>
    public DataStream? StreamOf(DataStreamKey stream) => IsOpen ? StreamsOf(stream.Owner).Declared.GetValueOrDefault(stream.Kind) : null;

    public IReadOnlyList<Outgoing> PushAudio(Caller caller, Payload? data)
    {
        DemandMember(caller.User);
        Demand(data is { IsFalsy: false }, RefusalCode.EventDataMissing, "No audio data has been provided.");
        return [new Outgoing(new AudioSent(caller.User, data!), Audience.AllBut(caller.User))];
    }

    /// <summary>The owner's news alone; who has left sends nothing more that could be dropped.</summary>
    public IReadOnlyList<Outgoing> PacketsDropped(DataStreamKey stream, ImmutableArray<ReceiverDrops> drops) =>
        HasMember(stream.Owner) ? [new Outgoing(new PacketsDropped(stream, drops), Audience.Only(stream.Owner))] : [];

    private ImmutableArray<DataStream> Declared(UserId user) => [.. StreamsOf(user).Declared.Values.OrderBy(s => s.Kind, StringComparer.Ordinal)];

    private StreamsOfMember StreamsOf(UserId user) => State!.Streams.GetValueOrDefault(user) ?? StreamsOfMember.None;

    private void DemandOwner(UserId? owner)
    {
        Demand(owner is not null, RefusalCode.StreamUserMissing, "The owner of the data stream is missing.");
        Demand(HasMember(owner!.Value), RefusalCode.NotJoined, "The owner of the data stream has not joined the session.");
    }

    /// <summary>A record that grows too large for the store would never be written again.</summary>
    private void DemandRoomInTheRecord(UserId user, int bytes)
    {
        Demand(StreamsOf(user).Bytes + bytes <= limits.StreamBytesPerUserMax, RefusalCode.LimitReached, $"A user's data streams and registrations have at most {limits.StreamBytesPerUserMax} bytes.");
        Demand(
            State!.Streams.Values.Sum(static s => (long)s.Bytes) + bytes <= limits.StreamBytesPerSessionMax,
            RefusalCode.LimitReached,
            $"All data streams and registrations of a session have at most {limits.StreamBytesPerSessionMax} bytes.");
    }

    private static void DemandKind(string? kind) =>
        Demand(!string.IsNullOrEmpty(kind), RefusalCode.StreamKindMissing, "The kind of the data stream is missing.");

    private static ImmutableDictionary<UserId, StreamsOfMember> Next(ImmutableDictionary<UserId, StreamsOfMember> streams, DataStreamsChanged changed) => changed switch
    {
        DataStreamDeclared e => Next(streams, e.User, s => s with { Declared = s.Declared.SetItem(e.Stream.Kind, e.Stream) }),
        DataStreamRemoved e => Next(streams, e.User, s => s with { Declared = s.Declared.Remove(e.Kind) }),
        DataStreamRegistered e => Next(streams, e.User, s => s with { Registered = s.Registered.Add(e.Stream) }),
        DataStreamUnregistered e => Next(streams, e.User, s => s with { Registered = s.Registered.Remove(e.Stream) }),
        _ => streams,
    };

    private static ImmutableDictionary<UserId, StreamsOfMember> Next(
        ImmutableDictionary<UserId, StreamsOfMember> streams, UserId user, Func<StreamsOfMember, StreamsOfMember> change)
    {
        var changed = change(streams.GetValueOrDefault(user) ?? StreamsOfMember.None);
        return changed.IsEmpty ? streams.Remove(user) : streams.SetItem(user, changed);
    }
}
