using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>Something that one device of a user did and the others share.</summary>
[GenerateSerializer, Immutable, Alias("user-event")]
public abstract record UserEvent : Event;

/// <summary>The user is in a session now.</summary>
[GenerateSerializer, Immutable, Alias("session-taken-up")]
public sealed record SessionTakenUp([property: Id(0)] SessionId Session, [property: Id(1)] Position At) : UserEvent;

/// <summary>The user is in no session any more.</summary>
[GenerateSerializer, Immutable, Alias("session-given-up")]
public sealed record SessionGivenUp([property: Id(0)] SessionId Session) : UserEvent;

/// <summary>A device has a new connection; the old one must close.</summary>
[GenerateSerializer, Immutable, Alias("connection-superseded")]
public sealed record ConnectionSuperseded([property: Id(0)] ConnectionId Connection) : UserEvent;

/// <summary>The session that the user was in has closed. The user still knows which it was, because leaving it once more is fine.</summary>
[GenerateSerializer, Immutable, Alias("session-closed-under")]
public sealed record SessionClosedUnder([property: Id(0)] SessionId Session) : UserEvent;

/// <summary>The user has this name and this role; an account may have got others since the last login.</summary>
[GenerateSerializer, Immutable, Alias("user-identified")]
public sealed record UserIdentified([property: Id(0)] string Name, [property: Id(1)] Role Role) : UserEvent;

/// <summary>The user has other data.</summary>
/// <param name="Data">All of it; null: none.</param>
[GenerateSerializer, Immutable, Alias("user-data-changed")]
public sealed record UserDataChanged([property: Id(0)] Payload? Data, [property: Id(1)] long Version) : UserEvent;

/// <summary>All connections of the user must close; because of another role those alone that have the higher one.</summary>
[GenerateSerializer, Immutable, Alias("user-dismissed")]
public sealed record UserDismissed([property: Id(0)] DismissReason Reason) : UserEvent
{
    public override bool ChangesState => false;
}

/// <summary>Why connections of a user must close.</summary>
public enum DismissReason
{
    /// <summary>Its account is gone.</summary>
    AccountRemoved,

    /// <summary>Its account has lost a role. Connections without it stay; the others close, and come back without it.</summary>
    RoleChanged,

    /// <summary>The orchestrator was reset.</summary>
    Reset,
}

/// <summary>A user as its own devices see it.</summary>
[GenerateSerializer, Immutable, Alias("user-snapshot")]
public sealed record UserSnapshot([property: Id(0)] SessionId? Session) : Snapshot;
