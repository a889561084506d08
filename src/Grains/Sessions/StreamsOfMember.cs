using System.Collections.Immutable;
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

    internal bool IsEmpty => Declared.IsEmpty && Registered.IsEmpty;
}
