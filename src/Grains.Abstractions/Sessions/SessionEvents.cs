using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>Something that happened in a session.</summary>
[GenerateSerializer, Immutable, Alias("session-event")]
public abstract record SessionEvent : Event;

/// <summary>The session began; its creator joins next.</summary>
[GenerateSerializer, Immutable, Alias("session-opened")]
public sealed record SessionOpened([property: Id(0)] SessionOpening Opening) : SessionEvent;

/// <summary>What a session is from its first to its last moment.</summary>
[GenerateSerializer, Immutable, Alias("session-opening")]
public sealed record SessionOpening(
    [property: Id(0)] SessionId SessionId,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Description,
    [property: Id(3)] string Protocol,
    [property: Id(4)] ScenarioDefinition Scenario,
    [property: Id(5)] UserId Administrator);

/// <summary>A user became a member.</summary>
[GenerateSerializer, Immutable, Alias("member-joined")]
public sealed record MemberJoined([property: Id(0)] MemberRecord Member, [property: Id(1)] Position DataAt = default) : SessionEvent
{
    public override int Bytes => base.Bytes + (Member.UserData?.Bytes ?? 0);
}

/// <summary>A member is no longer one.</summary>
[GenerateSerializer, Immutable, Alias("member-left")]
public sealed record MemberLeft([property: Id(0)] UserId User, [property: Id(1)] LeaveReason Reason) : SessionEvent;

/// <summary>Why a member left.</summary>
public enum LeaveReason
{
    /// <summary>It asked to.</summary>
    Left,

    /// <summary>It logged out.</summary>
    LoggedOut,

    /// <summary>Its connection was lost, and the grace period has passed.</summary>
    Lost,
}

/// <summary>A member has other data.</summary>
/// <param name="Data">All of it; null: none.</param>
[GenerateSerializer, Immutable, Alias("member-data-changed")]
public sealed record MemberDataChanged(
    [property: Id(0)] UserId User,
    [property: Id(1)] Payload? Data,
    [property: Id(2)] Position At) : SessionEvent
{
    public override int Bytes => base.Bytes + (Data?.Bytes ?? 0);
}

/// <summary>A member's last connection was lost; its seat is kept.</summary>
[GenerateSerializer, Immutable, Alias("member-went-away")]
public sealed record MemberWentAway(
    [property: Id(0)] UserId User,
    [property: Id(1)] DateTimeOffset Since) : SessionEvent;

/// <summary>A member is back within the grace period.</summary>
[GenerateSerializer, Immutable, Alias("member-returned")]
public sealed record MemberReturned([property: Id(0)] UserId User) : SessionEvent;

/// <summary>The administrator, who is not a member now, was lost: the session closes when the grace period ends.</summary>
[GenerateSerializer, Immutable, Alias("administrator-went-away")]
public sealed record AdministratorWentAway(
    [property: Id(0)] UserId User,
    [property: Id(1)] DateTimeOffset Since) : SessionEvent;

/// <summary>The administrator is back within the grace period.</summary>
[GenerateSerializer, Immutable, Alias("administrator-returned")]
public sealed record AdministratorReturned([property: Id(0)] UserId User) : SessionEvent;

/// <summary>The session has another master, or none.</summary>
/// <param name="Epoch">One more than that of the master before.</param>
[GenerateSerializer, Immutable, Alias("master-changed")]
public sealed record MasterChanged([property: Id(0)] UserId? Master, [property: Id(1)] long Epoch) : SessionEvent;

/// <summary>The session is over for everybody.</summary>
[GenerateSerializer, Immutable, Alias("session-closed")]
public sealed record SessionClosed([property: Id(0)] CloseReason Reason) : SessionEvent;

/// <summary>Why a session closed.</summary>
public enum CloseReason
{
    /// <summary>Its administrator deleted it.</summary>
    Deleted,

    /// <summary>Its administrator logged out.</summary>
    AdministratorLoggedOut,

    /// <summary>Its administrator was lost, and the grace period has passed.</summary>
    AdministratorLost,

    /// <summary>The orchestrator was reset.</summary>
    Reset,
}

/// <summary>A message from one member.</summary>
[GenerateSerializer, Immutable, Alias("message-sent")]
public sealed record MessageSent(
    [property: Id(0)] UserId From,
    [property: Id(1)] string FromName,
    [property: Id(2)] Payload Message) : SessionEvent
{
    public override int Bytes => base.Bytes + Message.Bytes;

    public override bool ChangesState => false;
}

/// <summary>A scene event from one member, its payload unread.</summary>
[GenerateSerializer, Immutable, Alias("scene-event-sent")]
public sealed record SceneEventSent(
    [property: Id(0)] UserId From,
    [property: Id(1)] Payload Data,
    [property: Id(2)] SceneEventAddress Address) : SessionEvent
{
    public override int Bytes => base.Bytes + Data.Bytes;

    public override bool ChangesState => false;
}

/// <summary>Which of the two client events a scene event becomes.</summary>
public enum SceneEventAddress
{
    /// <summary>SceneEventToMaster.</summary>
    Master,

    /// <summary>SceneEventToUser.</summary>
    User,
}
