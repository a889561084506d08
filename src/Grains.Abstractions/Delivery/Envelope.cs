using System.Collections.Immutable;

namespace Orchestrator.Delivery;

/// <summary>Something that has happened, named in the past tense. Each subject has its own.</summary>
[GenerateSerializer, Immutable, Alias("event")]
public abstract record Event
{
    /// <summary>What it costs to keep, in bytes; an estimate is enough.</summary>
    public virtual int Bytes => 256;

    /// <summary>Whether the publisher's state is another one now, so that it has to be written; what is only passed on is not.</summary>
    public virtual bool ChangesState => true;

    /// <summary>Whether its source keeps it for those who have missed it. What is not kept is sent once.</summary>
    public virtual bool IsKept => true;

    /// <summary>Whether clients are told; otherwise it is for gateways only, and no client misses it.</summary>
    public virtual bool IsTold => true;
}

/// <summary>An event with its place and its audience.</summary>
[GenerateSerializer, Immutable, Alias("envelope")]
public sealed record Envelope(
    [property: Id(0)] SourceId Source,
    [property: Id(1)] Position At,
    [property: Id(2)] Audience Audience,
    [property: Id(3)] Event Event);

/// <summary>What a source sends to one gateway in one call.</summary>
/// <param name="Link">Counts the calls from this activation of the source to this gateway from 1: a number that is missing is a loss.</param>
[GenerateSerializer, Immutable, Alias("delivery")]
public sealed record Delivery(
    [property: Id(0)] SourceId Source,
    [property: Id(1)] long Epoch,
    [property: Id(2)] long Link,
    [property: Id(3)] ImmutableArray<Envelope> Envelopes);

/// <summary>The state of a source at a place, for those who begin there.</summary>
[GenerateSerializer, Immutable, Alias("snapshot")]
public abstract record Snapshot;
