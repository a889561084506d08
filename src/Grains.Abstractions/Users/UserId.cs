using System.Text.Json.Serialization;

namespace Orchestrator.Users;

/// <summary>A user. Stable for an account; fresh at each login for a guest.</summary>
[GenerateSerializer, Immutable, Alias("user-id"), JsonConverter(typeof(IdConverter<UserId>))]
public readonly record struct UserId([property: Id(0)] string Value) : IId<UserId>
{
    public static UserId Of(string value) => new(value);

    public override string ToString() => Value;
}
