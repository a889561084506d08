using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>
/// A user: its devices, the session it is in, the sessions it administers. Called by gateways on behalf of the user itself;
/// its calls run one after the other, because each may wait for a session below. As a source it tells the user's
/// devices what another of them did. A guest is forgotten with its last device and grace period.
/// </summary>
[Alias("user")]
public interface IUserGrain : ISource
{
    /// <summary>
    /// Enters a device with its connection; a former connection of the device is superseded (its gateway closes it).
    /// Answers the session that the user is in, if any.
    /// Refusals: <see cref="RefusalCode.LimitReached"/> (devices).
    /// </summary>
    [Alias("login"), Repeatable]
    Task<UserEntered> Login(Caller caller, Login command);

    /// <summary>
    /// Brings a device back on a new connection, within the grace period or afterwards if another device kept the user here.
    /// Refusals: <see cref="RefusalCode.ResumeExpired"/> (the device was forgotten, has logged out, or has a newer connection).
    /// </summary>
    [Alias("resume"), Repeatable]
    Task<UserEntered> Resume(Caller caller, ConnectionId connection);

    /// <summary>A connection was lost. News of one that was superseded is ignored. The grace period begins with the last one.</summary>
    [Alias("disconnected"), Repeatable]
    Task Disconnected(DeviceId device, ConnectionId connection);

    /// <summary>
    /// Ends a device. With the last one the user leaves its session, and the sessions it administers close.
    /// </summary>
    [Alias("logout"), Repeatable]
    Task Logout(DeviceId device);

    /// <summary>
    /// Closes all connections of the user; for another role those that have the higher one, and their devices come back to the other. Else it also ends all devices: the user leaves its session, and
    /// the sessions it administers close. Of a user whose account is gone the data goes too, and at last the name of the account.
    /// Repeating it is fine. Caller: a gateway, when the account is gone or has another role, or everything is reset. Refusals: <see cref="RefusalCode.Temporary"/>.
    /// </summary>
    [Alias("dismiss"), Repeatable]
    Task Dismiss(DismissReason reason);

    /// <summary>
    /// Creates a session with the user as first member, administrator and master. The same key gives the same session.
    /// Refusals: <see cref="RefusalCode.AlreadyInSession"/>, <see cref="RefusalCode.LimitReached"/> (sessions of a user).
    /// </summary>
    [Alias("add-session")]
    Task<SessionEntered> AddSession(Caller caller, AddSession command);

    /// <summary>
    /// Joins a session. Refusals: <see cref="RefusalCode.SessionNotFound"/>, <see cref="RefusalCode.AlreadyInThisSession"/>,
    /// <see cref="RefusalCode.AlreadyInSession"/>, <see cref="RefusalCode.LimitReached"/> (members).
    /// </summary>
    [Alias("join-session")]
    Task<SessionEntered> JoinSession(Caller caller, JoinSession command);

    /// <summary>
    /// Leaves the session. Right after it was closed by somebody else this succeeds, once. Refusals: <see cref="RefusalCode.NotInSession"/>.
    /// </summary>
    [Alias("leave-session")]
    Task<SessionLeft> LeaveSession(Caller caller, LeaveSession command);

    /// <summary>
    /// Deletes an empty session. Refusals: <see cref="RefusalCode.SessionNotFound"/>, <see cref="RefusalCode.NotAdministrator"/>,
    /// <see cref="RefusalCode.SessionNotEmpty"/>.
    /// </summary>
    [Alias("delete-session")]
    Task DeleteSession(Caller caller, DeleteSession command);

    /// <summary>
    /// The session the user is in, else the oldest one it administers. Refusals: <see cref="RefusalCode.NotJoined"/>.
    /// </summary>
    [Alias("session"), Repeatable]
    Task<SessionSnapshot> GetSession(Caller caller);

    /// <summary>The user as everybody may see it. Called for any user. Refusals: <see cref="RefusalCode.UserNotFound"/> (it has no device).</summary>
    [Alias("record"), AlwaysInterleave, Repeatable]
    Task<UserRecord> GetRecord();

    /// <summary>
    /// Changes the user's data; a guest's lives as long as the guest, an account's is durable. The session that the user is in tells its members. Refusals:
    /// <see cref="RefusalCode.UserDataMissing"/> (no JSON object), <see cref="RefusalCode.LimitReached"/> (bytes, keys, depth), <see cref="RefusalCode.KeyReused"/>,
    /// <see cref="RefusalCode.Temporary"/> (an account's data is not written).
    /// </summary>
    [Alias("change-data"), AlwaysInterleave]
    Task<UserDataAt> ChangeData(Caller caller, ChangeUserData command);

    /// <summary>The caller's own data; an account's is loaded if it could not be at login. Refusals: <see cref="RefusalCode.Temporary"/>.</summary>
    [Alias("own-data"), AlwaysInterleave, Repeatable]
    Task<UserDataAt> GetOwnData(Caller caller);

    /// <summary>A session closed while the user was in it, so it is shown nowhere from now on. Called by sessions, which do not wait.</summary>
    [Alias("closed-under"), OneWay]
    Task ClosedUnder(SessionId session);

    /// <summary>Reads the user from the store after a restart and reports it to the list of users. Called by the list, which does not wait.</summary>
    [Alias("wake"), OneWay]
    Task Wake();

    /// <summary>
    /// A session that was read from the store, or whose gateway for this user was lost, has this user as a member or administrator: it is woken, and confirms or leaves. Called by sessions,
    /// again until it answers; they do not wait.
    /// </summary>
    [Alias("found-in"), OneWay]
    Task FoundIn(SessionId session);
}

/// <summary>What a device finds when it enters.</summary>
/// <param name="Session">The session that the user is in.</param>
/// <param name="UserAt">The place from which the list of users shows it.</param>
[GenerateSerializer, Immutable, Alias("user-entered")]
public sealed record UserEntered([property: Id(0)] SessionId? Session, [property: Id(1)] Position UserAt = default);

/// <summary>A user's data, all of it.</summary>
/// <param name="Data">One JSON object, with no keys when there is none.</param>
/// <param name="Session">The session that was told; null: none, or nothing was changed.</param>
/// <param name="At">The place of that session after which it is so.</param>
/// <param name="UserAt">The place from which the list of users shows it.</param>
[GenerateSerializer, Immutable, Alias("user-data-at")]
public sealed record UserDataAt(
    [property: Id(0)] Payload Data,
    [property: Id(1)] SessionId? Session,
    [property: Id(2)] Position At,
    [property: Id(3)] Position UserAt);

/// <summary>Enters a device of a user.</summary>
[GenerateSerializer, Immutable, Alias("login-command")]
public sealed record Login([property: Id(0)] ConnectionId Connection);
