using System.Collections.Immutable;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;

namespace Orchestrator.VrTogether;

/// <summary>A scenario of the catalogue; its rooms by id, as all lists of version 1.</summary>
internal sealed record ScenarioShape(
    string ScenarioId,
    string? ScenarioName,
    string? ScenarioDescription,
    IReadOnlyDictionary<string, Room> ScenarioRooms,
    Payload? ScenarioGltf,
    ImmutableArray<ScenarioEvent>? ScenarioEvents)
{
    public static ScenarioShape Of(ScenarioDefinition scenario) => new(
        scenario.ScenarioId,
        scenario.ScenarioName,
        scenario.ScenarioDescription,
        (scenario.ScenarioRooms ?? []).ToDictionary(static r => r.RoomId, StringComparer.Ordinal),
        scenario.ScenarioGltf,
        scenario.ScenarioEvents);
}

/// <summary>The scenario that a session runs; its rooms by id, without who is in them, which GetRooms says.</summary>
internal sealed record ScenarioInstanceShape(
    string ScenarioRefId,
    SessionId SessionId,
    SessionId ScenarioId,
    string? ScenarioName,
    string? ScenarioDescription,
    IReadOnlyDictionary<string, RoomOfInstance> ScenarioRooms,
    ScenarioState ScenarioState,
    long PositionMs,
    long AtMs,
    double Rate,
    int Run,
    int NextEvent,
    int EventCount)
{
    public static ScenarioInstanceShape Of(ScenarioInstanceRecord instance) => new(
        instance.ScenarioRefId,
        instance.SessionId,
        instance.ScenarioId,
        instance.ScenarioName,
        instance.ScenarioDescription,
        instance.ScenarioRooms.ToDictionary(
            static r => r.RoomId, static r => new RoomOfInstance(r.RoomId, r.RoomId, r.RoomName, r.RoomDescription, r.RoomCapacity), StringComparer.Ordinal),
        instance.ScenarioState,
        instance.PositionMs,
        instance.AtMs,
        instance.Rate,
        instance.Run,
        instance.NextEvent,
        instance.EventCount);
}

/// <summary>A room of an instance.</summary>
internal sealed record RoomOfInstance(string RoomRefId, string RoomId, string RoomName, string? RoomDescription, int RoomCapacity);
