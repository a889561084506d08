using System.Collections.Immutable;
using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>A user as it is stored, while there is anything to remember: its session, and who may come back to it.</summary>
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
}

/// <summary>A device of a user.</summary>
/// <param name="Connection">Null while it is lost.</param>
/// <param name="LostAt">Null while it is connected.</param>
[GenerateSerializer, Immutable, Alias("device")]
public sealed record Device([property: Id(0)] ConnectionId? Connection, [property: Id(1)] DateTimeOffset? LostAt);
