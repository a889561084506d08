namespace Orchestrator.Devices;

/// <summary>One socket of a device, as its gateway names it.</summary>
/// <param name="OpenedAt">By its gateway's clock: of two connections of a device the one that was opened later counts, whatever the order in which they are heard of.</param>
/// <param name="Gateway">The gateway that it is a socket of.</param>
[GenerateSerializer, Immutable, Alias("connection-id")]
public readonly record struct ConnectionId([property: Id(0)] string Value, [property: Id(1)] DateTimeOffset OpenedAt = default, [property: Id(2)] string? Gateway = null)
{
    public override string ToString() => Value;
}
