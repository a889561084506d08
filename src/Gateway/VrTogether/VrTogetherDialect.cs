using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.EngineIo;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.SignalR;
using Orchestrator.SocketIo;
using Orchestrator.Users;

namespace Orchestrator.VrTogether;

/// <summary>
/// Says events as VRTogether clients know them. Of a SessionUpdated they pass over what they do not know, so all of ours are told; but each names a user, if nobody, because they read that first.
/// </summary>
public sealed class VrTogetherDialect(VrTogetherVersion version, EngineIoVersion engine) : IDialect
{
    /// <summary>The event that tells a session's members of something.</summary>
    public const string SessionUpdated = nameof(SessionUpdated);

    /// <summary>The session as it is, when something was lost or another device of the user entered it. Older clients pass over it.</summary>
    public const string Snapshot = nameof(SessionSnapshot);

    private static readonly UserId Nobody = new("");

    private readonly PacketEncoder _encoder = new(engine, "/");

    public VrTogetherVersion Version => version;

    public WireKind Wire => WireKind.SocketIo;

    public ReadOnlyMemory<byte> Encode(Envelope envelope, long previous) => envelope.Event switch
    {
        MemberJoined e => Update("USER_JOINED_SESSION", new(e.Member.UserId, UserData: UserShape.Of(e.Member))),
        MemberLeft e => Update(version == VrTogetherVersion.One ? "USER_LEAVED_SESSION" : "USER_LEFT_SESSION", new(e.User, Reason: e.Reason)),
        MemberWentAway e => Update("USER_AWAY", new(e.User)),
        Sessions.MemberReturned e => Update("USER_RETURNED", new(e.User)),
        MemberDataChanged e => Update("USER_DATA_UPDATED", new(e.User, UserData: e.Data ?? Payload.EmptyObject)),
        MemberJoinedRoom e => Update("USER_JOINED_ROOM", new(e.User, RoomId: e.Room)),
        MemberLeftRoom e => Update("USER_LEFT_ROOM", new(e.User, RoomId: e.Room)),
        AdministratorWentAway e => Update("ADMINISTRATOR_AWAY", new(e.User)),
        AdministratorReturned e => Update("ADMINISTRATOR_RETURNED", new(e.User)),
        MasterChanged e => Update("MASTER_CHANGED", new(e.Master ?? Nobody, Epoch: e.Epoch)),
        SessionClosed => _encoder.Event("SessionClosed", new Nothing()),
        MessageSent e => _encoder.Event("MessageSent", new MessageEvent(e.From, e.FromName, e.Message)),
        SceneEventSent { Address: SceneEventAddress.Master } e => _encoder.Event("SceneEventToMaster", new SceneEvent(e.From, e.Data)),
        SceneEventSent e => _encoder.Event("SceneEventToUser", new SceneEvent(e.From, e.Data)),
        DataStreamDeclared e => Update("DATA_STREAM_DECLARED", new(e.User, DataStream: DeclaredStreamBody.Of(e.User, e.Stream))),
        DataStreamRemoved e => Update("DATA_STREAM_REMOVED", new(e.User, DataStreamKind: e.Kind)),
        PacketsDropped e => Update(
            "DATA_STREAM_DROPPED", new(e.Stream.Owner, DataStreamKind: e.Stream.Kind, DroppedBy: e.Drops.ToDictionary(d => d.User, d => d.Count))),
        PacketSent e when version == VrTogetherVersion.One => _encoder.Event("DataReceived", e.Owner, e.Stream.Kind, e.Stream.Description, e.Data),
        PacketSent e => _encoder.Event("DataReceived", e.Owner, e.Stream.Kind, e.Data),
        AudioSent e => _encoder.Event("AudioSent", new AudioEvent(e.From, e.Data)),
        ScenarioNews e => _encoder.Event(SessionUpdated, ScenarioUpdates.Of(e, envelope.Source.Key)),
        _ => ReadOnlyMemory<byte>.Empty,
    };

    public ReadOnlyMemory<byte> Encode(SourceId source, Position at, Snapshot snapshot) => snapshot is SessionSnapshot session
        ? _encoder.Event(Snapshot, SessionShape.Of(session.Session, version))
        : ReadOnlyMemory<byte>.Empty;

    /// <summary>The acknowledgement of a request.</summary>
    internal ReadOnlyMemory<byte> Encode(long ackId, Acknowledgement acknowledgement) => _encoder.Ack(ackId, acknowledgement);

    /// <summary>An acknowledgement that says nothing but that it was done.</summary>
    internal ReadOnlyMemory<byte> EncodeDone(long ackId) => _encoder.Ack(ackId);

    private ReadOnlyMemory<byte> Update(string eventId, SessionUpdateData data) => _encoder.Event(SessionUpdated, new SessionUpdate(eventId, data));
}
