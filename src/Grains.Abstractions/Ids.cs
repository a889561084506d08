using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>An identity that is a short text of letters, digits, '-', '_', '.', ':' on every wire and in every store.</summary>
public interface IId<TSelf>
    where TSelf : struct, IId<TSelf>
{
    const int LengthMax = 128;

    /// <summary>The text. Never empty for an id that came over a wire.</summary>
    string Value { get; }

    static abstract TSelf Of(string value);

    static bool IsWellFormed(string? text) =>
        text is { Length: > 0 and <= LengthMax } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
}

/// <summary>Writes an id as its text; refuses a text that cannot be an id.</summary>
public sealed class IdConverter<TId> : JsonConverter<TId>
    where TId : struct, IId<TId>
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? Parse(reader.GetString())
            : throw new JsonException("An id is a text.");

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);

    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);

    private static TId Parse(string? text) =>
        IId<TId>.IsWellFormed(text)
            ? TId.Of(text!)
            : throw new JsonException($"An id has 1 to {IId<TId>.LengthMax} letters, digits, '-', '_', '.' or ':'.");
}

/// <summary>Where new identities come from; injected, so that a simulation can repeat itself.</summary>
public interface IIdSource
{
    /// <summary>A new identity that nobody can guess: a UUID of version 4 in lower case.</summary>
    string Next();
}
