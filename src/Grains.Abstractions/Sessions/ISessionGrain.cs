using System.Collections.Immutable;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>
/// A live gathering of users: the truth about who is a member, who is master, and in which order things happened. Membership calls come from the user's grain, the others
/// from its gateway. Nothing here waits for the store: changes are written behind.
/// </summary>
[Alias("session")]
public interface ISessionGrain : ISource, ISessionStreams
{
    /// <summary>Begins the session with the caller as administrator, first member and master. Refusals: <see cref="RefusalCode.SessionNotCreated"/> (it exists).</summary>
    [Alias("open")]
    Task<SessionEntered> Open(Caller caller, AddSession command, MemberData? data = null);

    /// <summary>
    /// Makes the caller a member. Refusals: <see cref="RefusalCode.SessionNotFound"/>, <see cref="RefusalCode.AlreadyInThisSession"/>,
    /// <see cref="RefusalCode.LimitReached"/>.
    /// </summary>
    [Alias("join")]
    Task<SessionEntered> Join(Caller caller, JoinSession command, MemberData? data = null);

    /// <summary>Ends the caller's membership; elects another master first. Refusals: <see cref="RefusalCode.NotInSession"/>.</summary>
    [Alias("leave")]
    Task<SessionLeft> Leave(Caller caller, LeaveSession command);

    /// <summary>
    /// Closes the session when nobody is in it. Caller: the administrator. Refusals: <see cref="RefusalCode.SessionNotFound"/>,
    /// <see cref="RefusalCode.NotAdministrator"/>, <see cref="RefusalCode.SessionNotEmpty"/>.
    /// </summary>
    [Alias("delete")]
    Task Delete(Caller caller, DeleteSession command);

    /// <summary>Whether there is such a session, now.</summary>
    [Alias("exists"), Repeatable]
    Task<bool> Exists();

    /// <summary>Whether the user is a member, now.</summary>
    [Alias("has-member"), Repeatable]
    Task<bool> HasMember(UserId user);

    /// <summary>The session. Caller: a member or the administrator. Refusals: <see cref="RefusalCode.NotJoined"/>.</summary>
    [Alias("get"), Repeatable]
    Task<SessionSnapshot> Get(Caller caller);

    /// <summary>
    /// Publishes a message. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.TargetNotInSession"/>.
    /// </summary>
    [Alias("send-message")]
    Task<Position> SendMessage(Caller caller, SendMessage command);

    /// <summary>
    /// Publishes a scene event. Caller: a member, for the master's routes the master in the epoch that the command names. Refusals, in this order:
    /// <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.NotMaster"/>, <see cref="RefusalCode.TargetMissing"/>,
    /// <see cref="RefusalCode.NotJoined"/> (the target), <see cref="RefusalCode.EventDataMissing"/>, <see cref="RefusalCode.NoMaster"/>.
    /// </summary>
    [Alias("send-scene-event")]
    Task<Position> SendSceneEvent(Caller caller, SendSceneEvent command);

    /// <summary>Asks for a right and answers nothing. Who may: a member or the administrator. Refusals: <see cref="RefusalCode.NotJoined"/>.</summary>
    [Alias("demand-reader"), Repeatable]
    Task DemandReader(UserId user);

    /// <summary>
    /// Asks for a right and answers nothing. Who may: the master or the administrator. Refusals: <see cref="RefusalCode.NotInSession"/> (neither a member nor the
    /// administrator), <see cref="RefusalCode.NotAllowed"/>.
    /// </summary>
    [Alias("demand-director"), Repeatable]
    Task DemandDirector(UserId user);

    /// <summary>What the session was opened with. Called by its scenario instance. Refusals: <see cref="RefusalCode.SessionNotFound"/>.</summary>
    [Alias("scenario"), Repeatable]
    Task<SessionScenario> GetScenario();

    /// <summary>
    /// Publishes what happened in the scenario, in the order given, and answers the place after it; what was taken before (by its number) is not taken again. An event to
    /// the master goes to whoever is master now. Called by the session's scenario instance. Refusals: <see cref="RefusalCode.SessionNotFound"/>.
    /// </summary>
    [Alias("publish-scenario")]
    Task<Position> PublishScenario(ImmutableArray<ScenarioNews> news);

    /// <summary>
    /// Whether the session was read from the store just now, less than <see cref="Limits.ScenarioReturnSeconds"/> ago, and what is published would not reach some member yet:
    /// it is away, or has no connection that follows the session.
    /// </summary>
    [Alias("is-missing-members"), Repeatable]
    Task<bool> IsMissingMembers();

    /// <summary>The last connection of a member or of the administrator was lost: its grace period begins. It is ignored when a later activation of the user has been here.</summary>
    /// <param name="epoch">Of the activation of the user that says so.</param>
    [Alias("went-away"), Repeatable]
    Task WentAway(UserId user, long epoch);

    /// <summary>
    /// A member or the administrator is here; the others learn of its data if that is not what they know. False: the session knows no such user (any more).
    /// </summary>
    [Alias("returned"), Repeatable]
    Task<bool> Returned(UserId user, MemberData? data = null);

    /// <summary>
    /// A user has changed its data: everybody is told. Called by the user's grain. Null: it is no member, and nothing happened; otherwise the place after which it is so.
    /// </summary>
    [Alias("set-user-data"), Repeatable]
    Task<Position?> SetUserData(UserId user, MemberData data);

    /// <summary>The rooms of the session's scenario and who is in them. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>.</summary>
    [Alias("rooms"), Repeatable]
    Task<RoomsAt> GetRooms(Caller caller);

    /// <summary>
    /// The room that the caller is in. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.NotInRoom"/>.
    /// </summary>
    [Alias("room"), Repeatable]
    Task<RoomAt> GetRoom(Caller caller);

    /// <summary>
    /// Enters a room, and leaves the one that the caller is in, in one step. Being in it already is fine, and no news. Caller: a member. Refusals, in this order:
    /// <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.RoomNotFound"/>, <see cref="RefusalCode.RoomFull"/>.
    /// </summary>
    [Alias("join-room")]
    Task<Position> JoinRoom(Caller caller, JoinRoom command);

    /// <summary>
    /// Leaves the room that the caller is in; its membership of the session goes on. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>,
    /// <see cref="RefusalCode.NotInRoom"/>.
    /// </summary>
    [Alias("leave-room")]
    Task<Position> LeaveRoom(Caller caller, LeaveRoom command);

    /// <summary>A member or the administrator logged out: it leaves, and the administrator's session closes.</summary>
    [Alias("logged-out"), Repeatable]
    Task LoggedOut(UserId user);

    /// <summary>Closes the session, whoever is in it. One that is over is fine. Caller: a gateway, for an administrator of the orchestrator.</summary>
    [Alias("reset"), Repeatable]
    Task Reset();

    /// <summary>Reads the session from the store and wakes its users, after a restart. Called by the list of sessions, which does not wait.</summary>
    [Alias("wake"), OneWay]
    Task Wake();
}
