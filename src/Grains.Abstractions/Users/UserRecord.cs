using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>A user as everybody may see it. Names as in the VRTogether API.</summary>
/// <param name="UserAdmin">Whether its account administers the orchestrator.</param>
/// <param name="UserData">One JSON object, with no keys when there is none.</param>
/// <param name="SessionId">The session it is in.</param>
[GenerateSerializer, Immutable, Alias("user-record")]
public sealed record UserRecord(
    [property: Id(0)] UserId UserId,
    [property: Id(1)] string UserName,
    [property: Id(2)] bool UserAdmin,
    [property: Id(3)] Payload UserData,
    [property: Id(4)] Presence Presence,
    [property: Id(5)] SessionId? SessionId);
