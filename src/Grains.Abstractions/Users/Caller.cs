using Orchestrator.Devices;

namespace Orchestrator.Users;

/// <summary>Who calls, as the gateway has authenticated it. Grains believe it; clients never send it.</summary>
[GenerateSerializer, Immutable, Alias("caller")]
public sealed record Caller(
    [property: Id(0)] UserId User,
    [property: Id(1)] DeviceId Device,
    [property: Id(2)] string UserName,
    [property: Id(3)] Role Role = Role.Guest);

/// <summary>What a user is to the orchestrator as a whole. Who is what in a session, the session knows.</summary>
public enum Role
{
    /// <summary>Somebody with a name and no account; forgotten with its last connection.</summary>
    Guest,

    /// <summary>Somebody with an account.</summary>
    User,

    /// <summary>Somebody whose account administers the orchestrator.</summary>
    Administrator,
}
