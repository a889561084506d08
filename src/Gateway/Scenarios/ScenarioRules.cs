using System.Collections.Immutable;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>What a definition must keep wherever it comes from. Each sentence ends with the path of the fault.</summary>
public static class ScenarioRules
{
    /// <param name="path">Where the definition is in the parameters.</param>
    public static void Demand(ScenarioDefinition definition, string path, Limits limits)
    {
        Name(definition.ScenarioId, $"{path}.scenarioId", "The scenario has no id", limits);
        Length(definition.ScenarioName, $"{path}.scenarioName", limits.NameLengthMax);
        Length(definition.ScenarioDescription, $"{path}.scenarioDescription", limits.DescriptionLengthMax);
        Rooms(definition.ScenarioRooms ?? [], $"{path}.scenarioRooms", limits);
        Events(definition.ScenarioEvents ?? [], $"{path}.scenarioEvents", limits);
        Depth(definition.ScenarioGltf, $"{path}.scenarioGltf", limits);
        var bytes = definition.CountBytes();
        Fits(bytes <= limits.ScenarioBytesMax, $"A scenario may have {limits.ScenarioBytesMax} bytes; this one has {bytes}", path);
    }

    private static void Rooms(ImmutableArray<Room> rooms, string path, Limits limits)
    {
        Fits(rooms.Length <= limits.RoomsPerScenarioMax, $"A scenario may have {limits.RoomsPerScenarioMax} rooms; this one has {rooms.Length}", path);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < rooms.Length; i++)
        {
            var (room, at) = (rooms[i], $"{path}[{i}]");
            Is(room is not null, "There is no room", at);
            Name(room!.RoomId, $"{at}.roomId", "The room has no id", limits);
            Is(ids.Add(room.RoomId), "Another room has this id", $"{at}.roomId");
            Name(room.RoomName, $"{at}.roomName", "The room has no name", limits);
            Length(room.RoomDescription, $"{at}.roomDescription", limits.DescriptionLengthMax);
            Is(room.RoomCapacity >= 0, "The capacity is less than 0", $"{at}.roomCapacity");
        }
    }

    private static void Events(ImmutableArray<ScenarioEvent> events, string path, Limits limits)
    {
        Fits(events.Length <= limits.EventsPerScenarioMax, $"A scenario may have {limits.EventsPerScenarioMax} events; this one has {events.Length}", path);
        for (var i = 0; i < events.Length; i++)
        {
            var (timed, at) = (events[i], $"{path}[{i}]");
            Is(timed is not null, "There is no event", at);
            Is(
                timed!.At >= 0 && timed.At < limits.ScenarioLengthMax.TotalMilliseconds,
                $"The time is not between 0 and {limits.ScenarioDaysMax} days, in milliseconds,", $"{at}.at");
            Name(timed.EventId, $"{at}.eventId", "The event has no id", limits);
            Is(
                timed.To is ScenarioEvent.ToAll or ScenarioEvent.ToMaster || IId<UserId>.IsWellFormed(timed.To),
                "An event goes to \"all\", to \"master\" or to the id of a user; this is none of them", $"{at}.to");
            Depth(timed.Data, $"{at}.data", limits);
        }
    }

    private static void Name(string? value, string path, string sentence, Limits limits)
    {
        Is(!string.IsNullOrWhiteSpace(value), sentence, path);
        Length(value, path, limits.NameLengthMax);
    }

    private static void Length(string? value, string path, int max) =>
        Fits(value is null || value.Length <= max, $"The text has more than {max} characters", path);

    private static void Depth(Payload? value, string path, Limits limits) =>
        Fits(value is null || value.CountDepth() <= limits.ScenarioDepthMax, $"The value nests deeper than {limits.ScenarioDepthMax}", path);

    private static void Is(bool condition, string sentence, string path)
    {
        if (!condition)
        {
            throw Refusal.BadRequest($"{sentence} at {path}.");
        }
    }

    private static void Fits(bool condition, string sentence, string path)
    {
        if (!condition)
        {
            throw new Refusal(RefusalCode.LimitReached, $"{sentence} at {path}.");
        }
    }
}
