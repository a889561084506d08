using Orchestrator.Delivery;

namespace Orchestrator.DataStreams;

/// <summary>One stream of a connection: what is wanted, and what is. Used under the lock of <see cref="FollowedStreams"/>.</summary>
internal sealed class FollowedStream(SourceId source)
{
    public SourceId Source => source;

    public bool IsWanted { get; set; }

    /// <summary>Who it is for.</summary>
    public Seat? Seat { get; set; }

    /// <summary>Who is subscribed, or about to be.</summary>
    public PacketSubscriber? Subscriber { get; set; }

    public Subscription? Subscription { get; set; }

    /// <summary>Dropped here; its source has still to be told.</summary>
    public Subscription? Left { get; set; }

    /// <summary>What makes the one the other.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    public bool IsWorking { get; set; }
}
