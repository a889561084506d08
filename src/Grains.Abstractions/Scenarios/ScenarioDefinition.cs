using System.Collections.Immutable;
using System.Text.Json;

namespace Orchestrator.Scenarios;

/// <summary>
/// A virtual world: its rooms, and what happens in it at set times. An entry of the catalogue, or given by the creator of a session. Names as in the
/// VRTogether API; what a session runs is a copy of its own.
/// </summary>
/// <param name="ScenarioGltf">Any JSON value; passed on unread.</param>
[GenerateSerializer, Immutable, Alias("scenario-definition")]
public sealed record ScenarioDefinition(
    [property: Id(0)] string ScenarioId,
    [property: Id(1)] string? ScenarioName = null,
    [property: Id(2)] string? ScenarioDescription = null,
    [property: Id(3)] ImmutableArray<Room>? ScenarioRooms = null,
    [property: Id(4)] ImmutableArray<ScenarioEvent>? ScenarioEvents = null,
    [property: Id(5)] Payload? ScenarioGltf = null)
{
    /// <summary>As JSON on the wire; no limit on a definition is about anything else.</summary>
    public int CountBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json.Wire).Length;

    public bool Equals(ScenarioDefinition? other) =>
        other is not null
        && ScenarioId == other.ScenarioId
        && ScenarioName == other.ScenarioName
        && ScenarioDescription == other.ScenarioDescription
        && (ScenarioRooms ?? []).SequenceEqual(other.ScenarioRooms ?? [])
        && (ScenarioEvents ?? []).SequenceEqual(other.ScenarioEvents ?? [])
        && ScenarioGltf == other.ScenarioGltf;

    public override int GetHashCode() => HashCode.Combine(ScenarioId, ScenarioName, ScenarioRooms?.Length ?? 0, ScenarioEvents?.Length ?? 0);
}

/// <summary>A place in a scenario.</summary>
/// <param name="RoomCapacity">How many users it takes at a time; 0 is any number.</param>
[GenerateSerializer, Immutable, Alias("room")]
public sealed record Room(
    [property: Id(0)] string RoomId,
    [property: Id(1)] string RoomName,
    [property: Id(2)] string? RoomDescription = null,
    [property: Id(3)] int RoomCapacity = 0);

/// <summary>Something that happens at a set time of the scenario's clock.</summary>
/// <param name="At">Milliseconds from the beginning of the scenario.</param>
/// <param name="EventId">What clients know it by.</param>
/// <param name="Data">Any JSON value; passed on unread.</param>
/// <param name="To">"all", "master", or the id of a user.</param>
[GenerateSerializer, Immutable, Alias("scenario-event")]
public sealed record ScenarioEvent(
    [property: Id(0)] long At,
    [property: Id(1)] string EventId,
    [property: Id(2)] Payload? Data = null,
    [property: Id(3)] string To = ScenarioEvent.ToAll)
{
    /// <summary>To every member.</summary>
    public const string ToAll = "all";

    /// <summary>To whoever is master then; to nobody if there is none.</summary>
    public const string ToMaster = "master";
}
