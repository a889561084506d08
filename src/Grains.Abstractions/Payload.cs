using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using System.Runtime.InteropServices;

namespace Orchestrator;

/// <summary>
/// Something a client gave to be passed on unread: one JSON value, kept as the bytes it came in, and the binary parts that stand for the objects
/// <c>{"_placeholder":true,"num":n}</c> in it. A wire that has only JSON says each part as a string in base64.
/// </summary>
[GenerateSerializer, Immutable, Alias("payload"), JsonConverter(typeof(PayloadConverter))]
public sealed record Payload([property: Id(0)] byte[] Utf8)
{
    /// <summary>How deep objects and arrays may nest in what is passed on to others: a receiver with JSON alone finds it three levels deep in its message, and reads 64.</summary>
    public const int DepthMax = 61;

    private static readonly byte[] Placeholder = [.. "{\"_placeholder\":true,\"num\":0}"u8];

    /// <summary>Its binary parts, by their number; most have none.</summary>
    [Id(1)]
    public ImmutableArray<byte[]> Attachments { get; init; } = [];

    /// <summary>What it takes to keep it, in bytes.</summary>
    [JsonIgnore]
    public int Bytes => Utf8.Length + Attachments.Sum(static a => a.Length);

    /// <summary>Whether a rule of the VRTogether API takes it for absent: null, "" or 0.</summary>
    [JsonIgnore]
    public bool IsFalsy => Utf8.Length == 0 || Utf8.AsSpan() is [(byte)'0'] or [(byte)'"', (byte)'"'] || Utf8.AsSpan().SequenceEqual("null"u8);

    /// <summary>An object with no keys.</summary>
    public static Payload EmptyObject { get; } = Of("{}");

    /// <summary>Bytes and nothing else.</summary>
    public static Payload Binary(byte[] bytes) => new(Placeholder) { Attachments = [bytes] };

    /// <summary>One value out of a larger one: its own JSON, and of the binary parts of the whole those that stand in it, numbered from 0.</summary>
    public static Payload PartOf(JsonElement value, ImmutableArray<byte[]> attachments)
    {
        var utf8 = JsonMarshal.GetRawUtf8Value(value).ToArray();
        if (attachments.IsEmpty)
        {
            return new Payload(utf8);
        }

        var own = ImmutableArray.CreateBuilder<byte[]>();
        var json = Write(value, utf8.Length, number =>
        {
            own.Add(number < attachments.Length ? attachments[number] : []);
            return own.Count - 1;
        });
        return own.Count == 0 ? new Payload(utf8) : new Payload(json) { Attachments = own.ToImmutable() };
    }

    /// <summary>The bytes of a payload that is bytes and nothing else; null for any other one.</summary>
    public byte[]? AsBinary() => Attachments is [var only] && Utf8.AsSpan().SequenceEqual(Placeholder) ? only : null;

    /// <summary>Its JSON with the binary parts numbered from another number on.</summary>
    public byte[] WithPlaceholdersFrom(int first)
    {
        if (first == 0 || Attachments.IsEmpty)
        {
            return Utf8;
        }

        using var document = JsonDocument.Parse(Utf8);
        return Write(document.RootElement, Utf8.Length, number => first + number);
    }

    private static byte[] Write(JsonElement value, int length, Func<int, int> renumber)
    {
        var json = new ArrayBufferWriter<byte>(length + 16);
        using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = Json.Wire.Encoder });
        PayloadConverter.Write(writer, value, number =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("_placeholder"u8, true);
            writer.WriteNumber("num"u8, renumber(number));
            writer.WriteEndObject();
        });
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    public static Payload Of(string json) => new(Encoding.UTF8.GetBytes(json));

    /// <summary>Whether it nests deeper than every receiver can read.</summary>
    [JsonIgnore]
    public bool IsTooDeep => Utf8.Length > 2 * DepthMax && CountDepth() > DepthMax;

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

    public bool Equals(Payload? other) =>
        other is not null
        && Utf8.AsSpan().SequenceEqual(other.Utf8)
        && Attachments.Length == other.Attachments.Length
        && Attachments.Zip(other.Attachments).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));

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

        if (value.Attachments.IsEmpty)
        {
            // It was valid when it came in, and it has not been touched since.
            writer.WriteRawValue(value.Utf8, skipInputValidation: true);
            return;
        }

        using var document = JsonDocument.Parse(value.Utf8);
        Write(writer, document.RootElement, number => writer.WriteBase64StringValue(number < value.Attachments.Length ? value.Attachments[number] : []));
    }

    /// <summary>Writes a value, with something else for the objects that stand for its binary parts.</summary>
    internal static void Write(Utf8JsonWriter writer, JsonElement element, Action<int> writePart)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when NumberOf(element) is { } number:
                writePart(number);
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, writePart);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item, writePart);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>Which binary part an object stands for; null for any other one.</summary>
    private static int? NumberOf(JsonElement element) =>
        element.TryGetProperty("_placeholder"u8, out var mark) && mark.ValueKind == JsonValueKind.True
        && element.TryGetProperty("num"u8, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var num) && num >= 0
            ? num
            : null;
}
