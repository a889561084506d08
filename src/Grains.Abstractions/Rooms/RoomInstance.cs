using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Rooms;

/// <summary>A room of a session: a place of its scenario, and who is there. Names as in the VRTogether API.</summary>
/// <param name="RoomRefId">The room in the scenario.</param>
/// <param name="RoomId">The room in this session: the same, because a session has each room once.</param>
/// <param name="RoomCapacity">How many users it takes at a time; 0 is any number.</param>
/// <param name="RoomUsers">In the order of entering.</param>
[GenerateSerializer, Immutable, Alias("room-instance")]
public sealed record RoomInstance(
    [property: Id(0)] RoomId RoomRefId,
    [property: Id(1)] RoomId RoomId,
    [property: Id(2)] string RoomName,
    [property: Id(3)] string? RoomDescription,
    [property: Id(4)] int RoomCapacity,
    [property: Id(5)] ImmutableArray<UserId> RoomUsers);

/// <summary>The rooms of a session, in the order of its scenario, at a place of the session.</summary>
[GenerateSerializer, Immutable, Alias("rooms-at")]
public sealed record RoomsAt([property: Id(0)] ImmutableArray<RoomInstance> Rooms, [property: Id(1)] Position At);

/// <summary>A room at a place of its session.</summary>
[GenerateSerializer, Immutable, Alias("room-at")]
public sealed record RoomAt([property: Id(0)] RoomInstance Room, [property: Id(1)] Position At);
