using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using System.Runtime.InteropServices;

namespace Orchestrator;

/// <summary>Something a client gave to be passed on unread: one JSON value, kept as the bytes it came in.</summary>
[GenerateSerializer, Immutable, Alias("payload"), JsonConverter(typeof(PayloadConverter))]
public sealed record Payload([property: Id(0)] byte[] Utf8)
{
    /// <summary>Whether a rule of the VRTogether API takes it for absent: null, "" or 0.</summary>
    [JsonIgnore]
    public bool IsFalsy => Utf8.Length == 0 || Utf8.AsSpan() is [(byte)'0'] or [(byte)'"', (byte)'"'] || Utf8.AsSpan().SequenceEqual("null"u8);

    /// <summary>An object with no keys.</summary>
    public static Payload EmptyObject { get; } = Of("{}");

    public static Payload Of(string json) => new(Encoding.UTF8.GetBytes(json));

    /// <summary>How deep its objects and arrays nest; a value that is neither has 0.</summary>
    public int CountDepth()
    {
        var reader = new Utf8JsonReader(Utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var depth = 0;
        while (reader.Read())
        {
            depth = Math.Max(depth, reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? reader.CurrentDepth + 1 : 0);
        }

        return depth;
    }

    public bool Equals(Payload? other) => other is not null && Utf8.AsSpan().SequenceEqual(other.Utf8);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(Utf8);
}

/// <summary>Takes a JSON value as it stands and gives it back as it stood.</summary>
public sealed class PayloadConverter : JsonConverter<Payload>
{
    public override bool HandleNull => true;

    public override Payload? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        using var value = JsonDocument.ParseValue(ref reader);
        var utf8 = JsonMarshal.GetRawUtf8Value(value.RootElement);
        // Passed on as it is, it would end the connection of everybody who gets it.
        return Utf8.IsValid(utf8) ? new Payload(utf8.ToArray()) : throw new JsonException("The value is not valid UTF-8.");
    }

    public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        // It was valid when it came in, and it has not been touched since.
        writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}
