namespace Orchestrator.Devices;

/// <summary>One socket of a device, as its gateway names it.</summary>
[GenerateSerializer, Immutable, Alias("connection-id")]
public readonly record struct ConnectionId([property: Id(0)] string Value)
{
    public override string ToString() => Value;
}
