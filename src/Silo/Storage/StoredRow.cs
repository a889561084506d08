using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Storage;

/// <summary>A piece of what is durable, as every store has it, and as a line of an <see cref="ExportFile"/> shows it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StoredTokenKey), "tokenKey")]
[JsonDerivedType(typeof(StoredState), "state")]
[JsonDerivedType(typeof(StoredReminder), "reminder")]
public abstract record StoredRow;

/// <summary>The key that signs tokens.</summary>
public sealed record StoredTokenKey(byte[] Bytes) : StoredRow;

/// <summary>A state of a grain. Its version is the store's own and does not go along.</summary>
public sealed record StoredState(string Kind, string Key, string Name, JsonElement Data) : StoredRow
{
    // A little more than what was allowed when it was written.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = ExportFile.DepthMax };

    /// <exception cref="InvalidDataException">The text is no JSON.</exception>
    public static StoredState Parse(string kind, string key, string name, ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Deep);
            return new StoredState(kind, key, name, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The stored state {name} of {kind}/{key} cannot be understood: {e.Message}", e);
        }
    }

    /// <summary>The state as the stores keep it.</summary>
    public byte[] Text() => JsonSerializer.SerializeToUtf8Bytes(Data, ExportFile.Json);
}

/// <summary>A reminder of a grain.</summary>
public sealed record StoredReminder(
    string Kind, string Key, string Name, DateTimeOffset FirstTick, TimeSpan Period, DateTimeOffset NextTick) : StoredRow;
