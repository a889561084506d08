namespace Orchestrator.Rooms;

/// <summary>Enters a room of the session that the caller is in; from another room it moves.</summary>
[GenerateSerializer, Immutable, Alias("join-room-command")]
public sealed record JoinRoom([property: Id(0)] RoomId RoomId, [property: Id(1)] string? Key = null) : IKeyedCommand;

/// <summary>Leaves the room that the caller is in.</summary>
[GenerateSerializer, Immutable, Alias("leave-room-command")]
public sealed record LeaveRoom([property: Id(0)] string? Key = null) : IKeyedCommand;
