using Microsoft.AspNetCore.SignalR.Protocol;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;

namespace Orchestrator.SignalR;

/// <summary>Says events as calls of <see cref="IOrchestratorClient"/>, in SignalR's JSON protocol.</summary>
public sealed class SignalRDialect(StrictHubProtocol protocol) : IDialect
{
    public WireKind Wire => WireKind.SignalR;

    public ReadOnlyMemory<byte> Encode(Envelope envelope, long previous)
    {
        var stamp = new Stamp(envelope.Source.Key, envelope.At.Epoch, envelope.At.Seq, previous);
        return envelope.Event switch
        {
            MemberJoined e => Update("USER_JOINED_SESSION", new(e.Member.UserId, UserData: e.Member), stamp),
            MemberLeft e => Update("USER_LEFT_SESSION", new(e.User, Reason: e.Reason), stamp),
            MemberWentAway e => Update("USER_AWAY", new(e.User), stamp),
            Sessions.MemberReturned e => Update("USER_RETURNED", new(e.User), stamp),
            MemberDataChanged e => Update("USER_DATA_UPDATED", new(e.User, UserData: e.Data ?? Payload.EmptyObject), stamp),
            MemberJoinedRoom e => Update("USER_JOINED_ROOM", new(e.User, RoomId: e.Room), stamp),
            MemberLeftRoom e => Update("USER_LEFT_ROOM", new(e.User, RoomId: e.Room), stamp),
            AdministratorWentAway e => Update("ADMINISTRATOR_AWAY", new(e.User), stamp),
            AdministratorReturned e => Update("ADMINISTRATOR_RETURNED", new(e.User), stamp),
            MasterChanged e => Update("MASTER_CHANGED", new(e.Master, Epoch: e.Epoch), stamp),
            SessionClosed e => Call(nameof(IOrchestratorClient.SessionClosed), new SessionEnd(e.Reason), stamp),
            MessageSent e => Call(nameof(IOrchestratorClient.MessageSent), new MessageEvent(e.From, e.FromName, e.Message), stamp),
            SceneEventSent { Address: SceneEventAddress.Master } e =>
                Call(nameof(IOrchestratorClient.SceneEventToMaster), new SceneEvent(e.From, e.Data), stamp),
            SceneEventSent e => Call(nameof(IOrchestratorClient.SceneEventToUser), new SceneEvent(e.From, e.Data), stamp),
            DataStreamDeclared e => Update("DATA_STREAM_DECLARED", new(e.User, DataStream: DeclaredStreamBody.Of(e.User, e.Stream)), stamp),
            DataStreamRemoved e => Update("DATA_STREAM_REMOVED", new(e.User, DataStreamKind: e.Kind), stamp),
            PacketsDropped e => Update(
                "DATA_STREAM_DROPPED", new(e.Stream.Owner, DataStreamKind: e.Stream.Kind, DroppedBy: e.Drops.ToDictionary(d => d.User, d => d.Count)), stamp),
            PacketSent e => Call(
                nameof(IOrchestratorClient.DataReceived), new DataPacket(e.Owner, e.Stream.Kind, e.Stream.Description, e.Data, envelope.At.Seq, previous, e.SentAt)),
            AudioSent e => Call(nameof(IOrchestratorClient.AudioSent), new AudioEvent(e.From, e.Data), stamp),
            ScenarioNews e => Call(nameof(IOrchestratorClient.SessionUpdated), ScenarioUpdates.Of(e, envelope.Source.Key), stamp),
            _ => ReadOnlyMemory<byte>.Empty,
        };
    }

    public ReadOnlyMemory<byte> Encode(SourceId source, Position at, Snapshot snapshot) => snapshot is SessionSnapshot session
        ? Call(nameof(IOrchestratorClient.SessionSnapshot), session.Session, new Stamp(source.Key, at.Epoch, at.Seq, at.Seq))
        : ReadOnlyMemory<byte>.Empty;

    public ReadOnlyMemory<byte> Encode(Disconnection reason) => Call(nameof(IOrchestratorClient.Disconnecting), reason);

    private ReadOnlyMemory<byte> Update(string eventId, SessionUpdateData data, Stamp stamp) =>
        Call(nameof(IOrchestratorClient.SessionUpdated), new SessionUpdate(eventId, data), stamp);

    private ReadOnlyMemory<byte> Call(string target, params object[] arguments) =>
        protocol.GetMessageBytes(new InvocationMessage(target, arguments));
}
