using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orchestrator.Users;

/// <summary>The ways in which clients write a change of user data, made into the one object that the user's grain takes.</summary>
internal static class UserDataPatch
{
    // How deep it may be is the grain's to say; this only bounds the work. No recursion follows from it.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_000 };

    private static bool IsText(Payload value) => value.Utf8 is [(byte)'"', ..];

    /// <summary>One key. Null is a value.</summary>
    public static Payload Of(string key, Payload? value) => Write([(key, value?.Utf8 ?? [.. "null"u8])]);

    /// <summary>An object or its text. Refusals: <see cref="RefusalCode.UserDataMissing"/>.</summary>
    public static Payload OfJson(Payload? data)
    {
        var json = Untexted(data);
        return json.Utf8 is [(byte)'{', ..] ? json : throw Missing();
    }

    /// <summary>An object, a list of keys with their values, or the text of either. Refusals: <see cref="RefusalCode.UserDataMissing"/>.</summary>
    public static Payload OfArray(Payload? data)
    {
        var json = Untexted(data);
        if (json.Utf8 is not [(byte)'[', ..])
        {
            return OfJson(json);
        }

        using var list = JsonDocument.Parse(json.Utf8, Deep);
        return Write([.. list.RootElement.EnumerateArray().Select(Entry)]);
    }

    /// <summary>The JSON that a text holds; anything else as it is.</summary>
    private static Payload Untexted(Payload? data)
    {
        if (data is null || data.IsFalsy)
        {
            throw Missing();
        }

        if (!IsText(data))
        {
            return data;
        }

        try
        {
            using var document = JsonDocument.Parse(JsonSerializer.Deserialize<string>(data.Utf8)!, Deep);
            return new Payload(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new Refusal(RefusalCode.UserDataMissing, "The text of the user data is no JSON.");
        }
    }

    private static (string Key, byte[] Value) Entry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Missing();
        }

        var isShort = entry.TryGetProperty("key", out var key) && entry.TryGetProperty("value", out _);
        var isLong = !isShort && entry.TryGetProperty("userDataKey", out key) && entry.TryGetProperty("userDataValue", out _);
        if (!(isShort || isLong) || key.ValueKind != JsonValueKind.String)
        {
            throw Missing();
        }

        try
        {
            return (key.GetString()!, JsonMarshal.GetRawUtf8Value(entry.GetProperty(isShort ? "value" : "userDataValue")).ToArray());
        }
        catch (InvalidOperationException)
        {
            throw new Refusal(RefusalCode.UserDataMissing, "A key of the user data is no text.");
        }
    }

    private static Payload Write(IReadOnlyList<(string Key, byte[] Value)> entries)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Json.Wire.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in entries)
            {
                writer.WritePropertyName(key);
                writer.WriteRawValue(value, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return new Payload(bytes.ToArray());
    }

    private static Refusal Missing() => new(RefusalCode.UserDataMissing, "User data (JSON) is missing, or is no JSON object.");
}
