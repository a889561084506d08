using System.Text.Json.Serialization;

namespace Orchestrator.Rooms;

/// <summary>A room, by its id in the scenario that it is a place of.</summary>
[GenerateSerializer, Immutable, Alias("room-id"), JsonConverter(typeof(IdConverter<RoomId>))]
public readonly record struct RoomId([property: Id(0)] string Value) : IId<RoomId>
{
    public static RoomId Of(string value) => new(value);

    public override string ToString() => Value;
}
