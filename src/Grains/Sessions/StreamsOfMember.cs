using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;
using Orchestrator.DataStreams;

namespace Orchestrator.Sessions;

/// <summary>A member's streams as they are stored.</summary>
/// <param name="Declared">Its own, by kind.</param>
/// <param name="Registered">Those it gets.</param>
[GenerateSerializer, Immutable, Alias("streams-of-member")]
public sealed record StreamsOfMember(
    [property: Id(0)] ImmutableDictionary<string, DataStream> Declared,
    [property: Id(1)] ImmutableHashSet<DataStreamKey> Registered)
{
    public static StreamsOfMember None { get; } = new(ImmutableDictionary<string, DataStream>.Empty, []);

    // Names of properties, ids and punctuation of one entry, as JSON.
    private const int EntryBytes = 160;

    /// <summary>What it takes of the session's record, about.</summary>
    [JsonIgnore]
    public int Bytes => Declared.Values.Sum(BytesOf) + Registered.Sum(BytesOf);

    public static int BytesOf(DataStream stream) => EntryBytes + (2 * Encoding.UTF8.GetByteCount(stream.Kind)) + Encoding.UTF8.GetByteCount(stream.Description);

    public static int BytesOf(DataStreamKey key) => EntryBytes + Encoding.UTF8.GetByteCount(key.Kind);

    internal bool IsEmpty => Declared.IsEmpty && Registered.IsEmpty;
}
