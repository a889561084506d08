using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>Creates a session.</summary>
/// <param name="SessionName">White space around it is cut off.</param>
/// <param name="SessionProtocol">Media transport, "unknown" by default.</param>
/// <param name="CanBeMaster">Whether the creator may be master.</param>
/// <param name="Key">Idempotency key: repeated with the same key, the first session is answered.</param>
[GenerateSerializer, Immutable, Alias("add-session-command")]
public sealed record AddSession(
    [property: Id(0)] string SessionName,
    [property: Id(1)] ScenarioDefinition ScenarioDefinition,
    [property: Id(2)] string? SessionDescription = null,
    [property: Id(3)] string? SessionProtocol = null,
    [property: Id(4)] bool CanBeMaster = true,
    [property: Id(5)] string? Key = null) : IKeyedCommand;

/// <summary>Joins a session. Without <paramref name="CanBeMaster"/> the user may become master.</summary>
[GenerateSerializer, Immutable, Alias("join-session-command")]
public sealed record JoinSession(
    [property: Id(0)] SessionId SessionId,
    [property: Id(1)] bool CanBeMaster = true,
    [property: Id(2)] string? Key = null) : IKeyedCommand;

/// <summary>Leaves the session the user is in.</summary>
[GenerateSerializer, Immutable, Alias("leave-session-command")]
public sealed record LeaveSession([property: Id(0)] string? Key = null) : IKeyedCommand;

/// <summary>Deletes a session that is empty.</summary>
[GenerateSerializer, Immutable, Alias("delete-session-command")]
public sealed record DeleteSession([property: Id(0)] SessionId SessionId, [property: Id(1)] string? Key = null) : IKeyedCommand;

/// <summary>Sends a text or any JSON value to the members of the session.</summary>
/// <param name="To">One member, or null for all, the sender included.</param>
[GenerateSerializer, Immutable, Alias("send-message-command")]
public sealed record SendMessage(
    [property: Id(0)] Payload Message,
    [property: Id(1)] UserId? To = null,
    [property: Id(2)] string? Key = null) : IKeyedCommand;

/// <summary>Sends a scene event. It is never written, so it takes no idempotency key.</summary>
/// <param name="User">For the routes to one user: who.</param>
/// <param name="MasterEpoch">For the master's routes: the epoch in which the sender believes to be master.</param>
[GenerateSerializer, Immutable, Alias("send-scene-event-command")]
public sealed record SendSceneEvent(
    [property: Id(0)] SceneEventRoute Route,
    [property: Id(1)] Payload? Data,
    [property: Id(2)] UserId? User = null,
    [property: Id(3)] long? MasterEpoch = null);

/// <summary>The five ways of a scene event.</summary>
public enum SceneEventRoute
{
    /// <summary>From any member to the master.</summary>
    ToMaster,

    /// <summary>From the master to one member.</summary>
    ToUser,

    /// <summary>From the master to all members, itself included.</summary>
    ToAllUsers,

    /// <summary>From any member to one member, past the master.</summary>
    ToUserDirect,

    /// <summary>From any member to all members, past the master.</summary>
    ToAllUsersDirect,
}
