using System.Text.Json.Serialization;

namespace Orchestrator.Devices;

/// <summary>One client of a user. It has at most one connection at a time.</summary>
[GenerateSerializer, Immutable, Alias("device-id"), JsonConverter(typeof(IdConverter<DeviceId>))]
public readonly record struct DeviceId([property: Id(0)] string Value) : IId<DeviceId>
{
    public static DeviceId Of(string value) => new(value);

    public override string ToString() => Value;
}
