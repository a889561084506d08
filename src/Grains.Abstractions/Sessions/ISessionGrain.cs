using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>
/// A live gathering of users: the truth about who is a member, who is master, and in which order things happened. Membership calls come from the user's grain, the others
/// from its gateway. Nothing here waits for the store: changes are written behind.
/// </summary>
[Alias("session")]
public interface ISessionGrain : ISource
{
    /// <summary>Begins the session with the caller as administrator, first member and master. Refusals: <see cref="RefusalCode.SessionNotCreated"/> (it exists).</summary>
    [Alias("open")]
    Task<SessionEntered> Open(Caller caller, AddSession command);

    /// <summary>
    /// Makes the caller a member. Refusals: <see cref="RefusalCode.SessionNotFound"/>, <see cref="RefusalCode.AlreadyInThisSession"/>,
    /// <see cref="RefusalCode.LimitReached"/>.
    /// </summary>
    [Alias("join")]
    Task<SessionEntered> Join(Caller caller, JoinSession command);

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
    [Alias("exists")]
    Task<bool> Exists();

    /// <summary>Whether the user is a member, now.</summary>
    [Alias("has-member")]
    Task<bool> HasMember(UserId user);

    /// <summary>The session. Caller: a member or the administrator. Refusals: <see cref="RefusalCode.NotJoined"/>.</summary>
    [Alias("get")]
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
    [Alias("demand-reader")]
    Task DemandReader(UserId user);

    /// <summary>
    /// Asks for a right and answers nothing. Who may: the master or the administrator. Refusals: <see cref="RefusalCode.NotInSession"/> (neither a member nor the
    /// administrator), <see cref="RefusalCode.NotAllowed"/>.
    /// </summary>
    [Alias("demand-director")]
    Task DemandDirector(UserId user);

    /// <summary>What the session was opened with. Called by its scenario instance. Refusals: <see cref="RefusalCode.SessionNotFound"/>.</summary>
    [Alias("scenario")]
    Task<SessionScenario> GetScenario();

    /// <summary>
    /// Publishes what happened in the scenario, in the order given, and answers the place after it; what was taken before (by its number) is not taken again. An event to
    /// the master goes to whoever is master now. Called by the session's scenario instance. Refusals: <see cref="RefusalCode.SessionNotFound"/>.
    /// </summary>
    [Alias("publish-scenario")]
    Task<Position> PublishScenario(ImmutableArray<ScenarioNews> news);

    /// <summary>The last connection of a member or of the administrator was lost: its grace period begins.</summary>
    [Alias("went-away")]
    Task WentAway(UserId user);

    /// <summary>A member or the administrator is here. False: the session knows no such user (any more).</summary>
    [Alias("returned")]
    Task<bool> Returned(UserId user);

    /// <summary>A member or the administrator logged out: it leaves, and the administrator's session closes.</summary>
    [Alias("logged-out")]
    Task LoggedOut(UserId user);

    /// <summary>Reads the session from the store and wakes its users, after a restart. Called by the list of sessions, which does not wait.</summary>
    [Alias("wake"), OneWay]
    Task Wake();
}
