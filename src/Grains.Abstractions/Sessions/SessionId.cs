using System.Text.Json.Serialization;

namespace Orchestrator.Sessions;

/// <summary>A live gathering of users.</summary>
[GenerateSerializer, Immutable, Alias("session-id"), JsonConverter(typeof(IdConverter<SessionId>))]
public readonly record struct SessionId([property: Id(0)] string Value) : IId<SessionId>
{
    public static SessionId Of(string value) => new(value);

    public override string ToString() => Value;
}
