using System.Text.Json.Serialization;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.SignalR;

/// <summary>
/// What the server calls on a client. Every event but <see cref="Disconnecting"/> has a <see cref="Stamp"/> as its second argument: clients that care pass over what they
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
/// <param name="EventId">USER_JOINED_SESSION, USER_LEFT_SESSION, USER_AWAY, USER_RETURNED, MASTER_CHANGED, ADMINISTRATOR_AWAY, ADMINISTRATOR_RETURNED;
/// those of the scenario are <see cref="ScenarioUpdate"/> and <see cref="TimelineUpdate"/>.</param>
public sealed record SessionUpdate(string EventId, SessionUpdateData EventData);

/// <summary>The user first, always: older clients read it by position. Null for a session without a master.</summary>
public sealed record SessionUpdateData(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] UserId? UserId, MemberRecord? UserData = null, LeaveReason? Reason = null, long? Epoch = null);

/// <summary>See <see cref="IOrchestratorClient.SessionClosed"/>.</summary>
public sealed record SessionEnd(CloseReason Reason);

/// <summary>See <see cref="IOrchestratorClient.MessageSent"/>.</summary>
public sealed record MessageEvent(UserId MessageFrom, string MessageFromName, Payload Message);

/// <summary>See <see cref="IOrchestratorClient.SceneEventToUser"/>.</summary>
public sealed record SceneEvent(UserId SceneEventFrom, Payload SceneEventData);

/// <summary>See <see cref="IOrchestratorClient.Disconnecting"/>.</summary>
public sealed record Disconnection(int Code, string Reason);
