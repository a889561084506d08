using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orchestrator.Users;

/// <summary>The rules of a user's data: one flat JSON object. What is in its values is the clients' affair; they are kept byte for byte.</summary>
public static class UserData
{
    /// <summary>
    /// The data after a change, or null when nothing is left. Each key of the patch is set to its value as a whole, the others stay where they are. Of a key that the patch
    /// has twice, the last one counts. Refusals: <see cref="RefusalCode.UserDataMissing"/>, <see cref="RefusalCode.LimitReached"/>.
    /// </summary>
    public static Payload? Change(Payload? data, Payload? patch, Limits limits)
    {
        if (patch is null)
        {
            return null;
        }

        if (patch.Utf8.Length > limits.UserDataBytesMax)
        {
            throw TooLarge(limits);
        }

        var keys = new OrderedDictionary<string, byte[]>(StringComparer.Ordinal);
        if (data is not null)
        {
            Add(keys, data, limits);
        }

        Add(keys, patch, limits);
        if (keys.Count > limits.UserDataKeysMax)
        {
            throw new Refusal(RefusalCode.LimitReached, $"A user's data has at most {limits.UserDataKeysMax} keys.");
        }

        return keys.Count == 0 ? null : Write(keys, limits);
    }

    private static void Add(OrderedDictionary<string, byte[]> keys, Payload data, Limits limits)
    {
        try
        {
            using var document = JsonDocument.Parse(data.Utf8, new JsonDocumentOptions { MaxDepth = limits.UserDataDepthMax });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new Refusal(RefusalCode.UserDataMissing, "User data must be a JSON object.");
            }

            foreach (var property in document.RootElement.EnumerateObject())
            {
                keys[property.Name] = JsonMarshal.GetRawUtf8Value(property.Value).ToArray();
            }
        }
        catch (InvalidOperationException)
        {
            throw new Refusal(RefusalCode.UserDataMissing, "A key of the user data is no text.");
        }
        catch (JsonException)
        {
            // It came in as JSON, so only its depth can be wrong here.
            throw new Refusal(RefusalCode.LimitReached, $"User data nests at most {limits.UserDataDepthMax} deep.");
        }
    }

    private static Payload Write(OrderedDictionary<string, byte[]> keys, Limits limits)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Json.Store.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in keys)
            {
                writer.WritePropertyName(key);
                writer.WriteRawValue(value, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return bytes.Length <= limits.UserDataBytesMax ? new Payload(bytes.ToArray()) : throw TooLarge(limits);
    }

    private static Refusal TooLarge(Limits limits) => new(RefusalCode.LimitReached, $"A user's data has at most {limits.UserDataBytesMax} bytes.");
}
