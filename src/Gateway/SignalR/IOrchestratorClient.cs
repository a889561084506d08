using System.Text.Json.Serialization;
using Orchestrator.Api;
using Orchestrator.Rooms;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.SignalR;

/// <summary>
/// What the server calls on a client. Every event but <see cref="Disconnecting"/> and <see cref="DataReceived"/> has a <see cref="Stamp"/> as its second argument: clients that care pass over what they
/// have seen, and name the last one when they come back.
/// </summary>
public interface IOrchestratorClient
{
    /// <summary>Something about the session or its members; eventId says what, eventData always names a user.</summary>
    Task SessionUpdated(SessionUpdate update, Stamp stamp);

    /// <summary>The session is over.</summary>
    Task SessionClosed(SessionEnd end, Stamp stamp);

    /// <summary>A message to this member.</summary>
    Task MessageSent(MessageEvent message, Stamp stamp);

    /// <summary>A scene event to the master.</summary>
    Task SceneEventToMaster(SceneEvent sceneEvent, Stamp stamp);

    /// <summary>A scene event to this member.</summary>
    Task SceneEventToUser(SceneEvent sceneEvent, Stamp stamp);

    /// <summary>A packet of a data stream. It stands in no order with the events of the session, and is sent once.</summary>
    Task DataReceived(DataPacket packet);

    /// <summary>Audio of another member.</summary>
    Task AudioSent(AudioEvent audio, Stamp stamp);

    /// <summary>The session as it is: something was lost, or another device of this user entered it. Forget what was known before.</summary>
    Task SessionSnapshot(SessionRecord session, Stamp stamp);

    /// <summary>The connection ends now, for this reason; codes from 4500 may come back at once.</summary>
    Task Disconnecting(Disconnection reason);
}

/// <summary>The place of an event in what its session has published.</summary>
/// <param name="Source">The session's id.</param>
/// <param name="Epoch">Grows when the session has moved or was restored; then seq counts anew.</param>
/// <param name="Seq">Grows with every event; events for others leave gaps.</param>
/// <param name="Prev">The seq of the event before it that this client should have seen.</param>
public sealed record Stamp(string Source, long Epoch, long Seq, long Prev);

/// <summary>See <see cref="IOrchestratorClient.SessionUpdated"/>.</summary>
/// <param name="EventId">USER_JOINED_SESSION, USER_LEFT_SESSION, USER_AWAY, USER_RETURNED, MASTER_CHANGED, ADMINISTRATOR_AWAY, ADMINISTRATOR_RETURNED, USER_DATA_UPDATED, USER_JOINED_ROOM, USER_LEFT_ROOM, DATA_STREAM_DECLARED, DATA_STREAM_REMOVED, DATA_STREAM_DROPPED;
/// those of the scenario are <see cref="ScenarioUpdate"/> and <see cref="TimelineUpdate"/>.</param>
public sealed record SessionUpdate(string EventId, SessionUpdateData EventData);

/// <summary>The user first, always: older clients read it by position. Null for a session without a master.</summary>
/// <param name="UserData">The member that joined (a <see cref="MemberRecord"/>), or the data that a member has now (a <see cref="Payload"/>).</param>
/// <param name="DroppedBy">How many packets of the user's own stream were dropped since the last notice, by the receiver that was too slow.</param>
public sealed record SessionUpdateData(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] UserId? UserId, object? UserData = null, LeaveReason? Reason = null, long? Epoch = null,
    RoomId? RoomId = null, DeclaredStreamBody? DataStream = null, string? DataStreamKind = null, IReadOnlyDictionary<UserId, long>? DroppedBy = null);

/// <summary>See <see cref="IOrchestratorClient.SessionClosed"/>.</summary>
public sealed record SessionEnd(CloseReason Reason);

/// <summary>See <see cref="IOrchestratorClient.MessageSent"/>.</summary>
public sealed record MessageEvent(UserId MessageFrom, string MessageFromName, Payload Message);

/// <summary>See <see cref="IOrchestratorClient.SceneEventToUser"/>.</summary>
public sealed record SceneEvent(UserId SceneEventFrom, Payload SceneEventData);

/// <summary>See <see cref="IOrchestratorClient.DataReceived"/>.</summary>
/// <param name="Seq">Counts the packets of the stream; when it begins again, the stream has moved.</param>
/// <param name="Prev">The one before it that was for this client.</param>
/// <param name="SentAt">The sender's own time stamp; absent without one.</param>
public sealed record DataPacket(UserId UserId, string Kind, string Description, Payload Data, long Seq, long Prev, long? SentAt = null);

/// <summary>See <see cref="IOrchestratorClient.AudioSent"/>.</summary>
public sealed record AudioEvent(UserId AudioFrom, Payload AudioData);

/// <summary>See <see cref="IOrchestratorClient.Disconnecting"/>.</summary>
public sealed record Disconnection(int Code, string Reason);
