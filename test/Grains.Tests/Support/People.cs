using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using Orchestrator.Devices;
using Orchestrator.Rooms;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Support;

/// <summary>Short ways to say who does what.</summary>
internal static class People
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A user on its first device, or on another one.</summary>
    public static Caller Caller(string user, int device = 1) => new(new UserId(user), Device(user, device), $"{user}'s name");

    public static DeviceId Device(string user, int device = 1) => new($"{user}.{device}");

    public static ConnectionId Connection(string user, int device = 1, int number = 1) => new($"{user}.{device}#{number}");

    public static Seat Seat(string user, int device = 1) => new(Connection(user, device), new UserId(user), Device(user, device));

    public static AddSession Add(string name = "Concert", string? key = null) => new(name, new ScenarioDefinition("stage"), Key: key);

    public static readonly RoomId Foyer = new("foyer");

    /// <summary>A room for two.</summary>
    public static readonly RoomId Box = new("box");

    public static AddSession AddWithRooms() => new(
        "Concert",
        new ScenarioDefinition("stage", ScenarioRooms: [new Room(Foyer.Value, "Foyer", "By the door"), new Room(Box.Value, "Box", RoomCapacity: 2)]));

    /// <summary>A user with an account.</summary>
    public static Caller Holder(string user, int device = 1) => Caller(user, device) with { Role = Role.User };

    public static Payload Text(string text) => Payload.Of($"\"{text}\"");

    public static UserId Id(string user) => new(user);

    /// <summary>The code that an action is refused with; null when it is not refused.</summary>
    public static RefusalCode? RefusalOf(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Refusal refusal)
        {
            return refusal.Code;
        }
    }

    /// <inheritdoc cref="RefusalOf(Action)"/>
    public static async Task<RefusalCode?> RefusalOf(Task command)
    {
        try
        {
            await command;
            return null;
        }
        catch (Refusal refusal)
        {
            return refusal.Code;
        }
    }
}
