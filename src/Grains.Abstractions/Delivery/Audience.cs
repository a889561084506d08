using System.Collections.Immutable;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>Who of a source's subscribers an envelope is for.</summary>
[GenerateSerializer, Immutable, Alias("audience")]
public sealed record Audience(
    [property: Id(0)] ImmutableArray<UserId> Users,
    [property: Id(1)] ImmutableArray<DeviceId> Devices,
    [property: Id(2)] DeviceId? But,
    [property: Id(3)] UserId? ButUser = null)
{
    /// <summary>All subscribers.</summary>
    public static Audience Everyone { get; } = new([], [], null);

    public bool IsEveryone => Users.IsEmpty && Devices.IsEmpty && But is null && ButUser is null;

    /// <summary>All devices of these users.</summary>
    public static Audience Only(params ReadOnlySpan<UserId> users) => new([.. users], [], null);

    /// <summary>These devices.</summary>
    public static Audience OnlyDevices(params ReadOnlySpan<DeviceId> devices) => new([], [.. devices], null);

    /// <summary>Everyone but one device: the one whose reply tells it.</summary>
    public static Audience AllBut(DeviceId device) => new([], [], device);

    /// <summary>Everyone but all devices of one user.</summary>
    public static Audience AllBut(UserId user) => new([], [], null, user);

    public bool Includes(Seat seat)
    {
        if (But is { } but)
        {
            return seat.Device != but;
        }

        if (ButUser is { } butUser)
        {
            return seat.User != butUser;
        }

        return IsEveryone || Users.Contains(seat.User) || Devices.Contains(seat.Device);
    }
}

/// <summary>A subscriber of a source: a connection, and who it is for.</summary>
[GenerateSerializer, Immutable, Alias("seat")]
public sealed record Seat(
    [property: Id(0)] ConnectionId Connection,
    [property: Id(1)] UserId User,
    [property: Id(2)] DeviceId Device);
