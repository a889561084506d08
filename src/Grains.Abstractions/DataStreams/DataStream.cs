using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>A stream of packets as its owner has declared it. One that was not declared is like one that was declared with nothing but its kind.</summary>
/// <param name="Kind">Tells receivers how to read the packets; free text, the owner's own.</param>
/// <param name="WaitingMax">For <see cref="PacketPolicy.DropOldest"/>: how many packets wait for a receiver.</param>
/// <param name="BytesPerSecondMax">What its owner may send in a second; null is no limit.</param>
[GenerateSerializer, Immutable, Alias("data-stream")]
public sealed record DataStream(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Description = "",
    [property: Id(2)] PacketPolicy Policy = PacketPolicy.Reliable,
    [property: Id(3)] int? WaitingMax = null,
    [property: Id(4)] long? BytesPerSecondMax = null);

/// <summary>What becomes of packets that a receiver is too slow for.</summary>
public enum PacketPolicy
{
    /// <summary>All wait; a receiver for which too much waits is closed as a slow consumer.</summary>
    Reliable,

    /// <summary>Only the newest waits.</summary>
    Latest,

    /// <summary>So many wait as the stream says; the oldest go first.</summary>
    DropOldest,
}

/// <summary>A stream within its session.</summary>
[GenerateSerializer, Immutable, Alias("data-stream-key")]
public readonly record struct DataStreamKey([property: Id(0)] UserId Owner, [property: Id(1)] string Kind);
