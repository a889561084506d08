using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Rooms;

/// <summary>A member is in a room now.</summary>
[GenerateSerializer, Immutable, Alias("member-joined-room")]
public sealed record MemberJoinedRoom([property: Id(0)] UserId User, [property: Id(1)] RoomId Room) : SessionEvent;

/// <summary>A member is in no room any more. Who leaves the session leaves its room without a word of its own.</summary>
[GenerateSerializer, Immutable, Alias("member-left-room")]
public sealed record MemberLeftRoom([property: Id(0)] UserId User, [property: Id(1)] RoomId Room) : SessionEvent;
