using System.Collections.Immutable;
using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>A user as it is stored, while somebody is logged in as it or may come back.</summary>
[GenerateSerializer, Immutable, Alias("user-state")]
public sealed record UserState
{
    [Id(0)]
    public ImmutableDictionary<DeviceId, Device> Devices { get; init; } = ImmutableDictionary<DeviceId, Device>.Empty;

    /// <summary>A hint; the session knows better.</summary>
    [Id(1)]
    public SessionId? Session { get; init; }

    /// <summary>Sessions that this user opened, oldest first; hints as well.</summary>
    [Id(2)]
    public ImmutableList<SessionId> Administers { get; init; } = [];

    /// <summary>As the user wrote it at its last login.</summary>
    [Id(3)]
    public string Name { get; init; } = "";

    [Id(4)]
    public Role Role { get; init; }

    /// <summary>One JSON object; null: there is none. An account's is a copy of what its own grain holds.</summary>
    [Id(5)]
    public Payload? Data { get; init; }

    /// <summary>The session has told that it is closed.</summary>
    [Id(7)]
    public bool IsSessionOver { get; init; }

    /// <summary>Counts the changes of the data.</summary>
    [Id(6)]
    public long DataVersion { get; init; }
}

/// <summary>A device of a user.</summary>
/// <param name="Connection">Null while it is lost.</param>
/// <param name="LostAt">Null while it is connected.</param>
[GenerateSerializer, Immutable, Alias("device")]
public sealed record Device([property: Id(0)] ConnectionId? Connection, [property: Id(1)] DateTimeOffset? LostAt);
