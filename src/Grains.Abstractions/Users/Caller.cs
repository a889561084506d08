using Orchestrator.Devices;

namespace Orchestrator.Users;

/// <summary>Who calls, as the gateway has authenticated it. Grains believe it; clients never send it.</summary>
[GenerateSerializer, Immutable, Alias("caller")]
public sealed record Caller(
    [property: Id(0)] UserId User,
    [property: Id(1)] DeviceId Device,
    [property: Id(2)] string UserName);
