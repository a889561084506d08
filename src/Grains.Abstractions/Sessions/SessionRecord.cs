using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>A session as everybody may see it. Names as in the VRTogether API, version 2.</summary>
/// <param name="SessionAdministrator">The creator; never changes.</param>
/// <param name="SessionMaster">The member that arbitrates scene events; null when there is none.</param>
/// <param name="MasterEpoch">Counts the masters of the session: a master's command may carry it, and an old one is refused.</param>
/// <param name="SessionUsers">Members in the order in which they joined.</param>
/// <param name="SessionUserDefinitions">The same members, in the same order, with their names.</param>
/// <param name="ScenarioClock">The scenario's clock as it was announced last; null before the first time.</param>
[GenerateSerializer, Immutable, Alias("session-record")]
public sealed record SessionRecord(
    [property: Id(0)] SessionId SessionId,
    [property: Id(1)] string SessionName,
    [property: Id(2)] string? SessionDescription,
    [property: Id(3)] UserId SessionAdministrator,
    [property: Id(4)] UserId? SessionMaster,
    [property: Id(5)] long MasterEpoch,
    [property: Id(6)] string ScenarioId,
    [property: Id(7)] ImmutableArray<UserId> SessionUsers,
    [property: Id(8)] ImmutableArray<MemberRecord> SessionUserDefinitions,
    [property: Id(9)] string SessionProtocol,
    [property: Id(10)] ScenarioClock? ScenarioClock = null);

/// <summary>A member of a session as everybody may see it.</summary>
/// <param name="UserData">One JSON object; null when the user has none. The list of sessions leaves it out.</param>
/// <param name="RoomId">The room the member is in.</param>
[GenerateSerializer, Immutable, Alias("member-record")]
public sealed record MemberRecord(
    [property: Id(0)] UserId UserId,
    [property: Id(1)] string UserName,
    [property: Id(2)] bool CanBeMaster,
    [property: Id(3)] Presence Presence,
    [property: Id(4)] Payload? UserData = null,
    [property: Id(5)] RoomId? RoomId = null);

/// <summary>A user's data, as the user shows it to the session it is in.</summary>
/// <param name="Data">One JSON object; null: there is none.</param>
/// <param name="At">Orders what one user says: what is older than what is known is ignored.</param>
[GenerateSerializer, Immutable, Alias("member-data")]
public sealed record MemberData([property: Id(0)] Payload? Data, [property: Id(1)] Position At);

/// <summary>Whether a member is there.</summary>
public enum Presence
{
    /// <summary>Connected.</summary>
    Online,

    /// <summary>Its last connection was lost; its seat is kept for the grace period.</summary>
    Away,
}

/// <summary>A session at a place of its source.</summary>
[GenerateSerializer, Immutable, Alias("session-snapshot")]
public sealed record SessionSnapshot([property: Id(0)] SessionRecord Session, [property: Id(1)] Position At) : Snapshot;

/// <summary>The answer to creating or joining a session; the caller's events begin after its place.</summary>
/// <param name="UserAt">The place from which the list of users shows it; the session's own answer has none.</param>
[GenerateSerializer, Immutable, Alias("session-entered")]
public sealed record SessionEntered(
    [property: Id(0)] SessionRecord Session,
    [property: Id(1)] Position At,
    [property: Id(2)] Position UserAt = default);

/// <summary>The answer to leaving a session; nothing of it follows.</summary>
/// <param name="UserAt">The place from which the list of users shows it; the session's own answer has none.</param>
[GenerateSerializer, Immutable, Alias("session-left")]
public sealed record SessionLeft(
    [property: Id(0)] SessionId Session,
    [property: Id(1)] Position At,
    [property: Id(2)] Position UserAt = default);
