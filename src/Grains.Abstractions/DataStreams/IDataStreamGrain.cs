using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>
/// One stream of one session: passes packets on to who has registered for it. It stores nothing and keeps nothing, so a packet never waits for the store, and one that was lost is
/// not sent again. It stands above the session, which it asks who may receive and how the stream is declared. Its key: <see cref="DataStreamId.Key"/>.
/// </summary>
[Alias("data-stream-grain")]
public interface IDataStreamGrain : ISource
{
    /// <summary>
    /// Passes a packet on; done when it is on its way to every gateway that has a receiver. Caller: the owner, a member of the session. Refusals, in this order:
    /// <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.EventDataMissing"/>, <see cref="RefusalCode.LimitReached"/> (larger than the stream may send in a
    /// second), <see cref="RefusalCode.TooManyRequests"/> (the stream's bytes of this second are used up).
    /// </summary>
    [Alias("send")]
    Task Send(Caller caller, Packet packet);
}

/// <summary>A packet on its way to its stream.</summary>
/// <param name="Data">Any JSON value; passed on unread.</param>
/// <param name="After">The place in the session after which it was sent: what its owner declared until then counts for it.</param>
/// <param name="SentAt">The sender's own time stamp, in whatever it counts; passed on unread.</param>
[GenerateSerializer, Immutable, Alias("packet")]
public sealed record Packet([property: Id(0)] Payload? Data, [property: Id(1)] Position After, [property: Id(2)] long? SentAt = null);

/// <summary>A packet of a stream.</summary>
/// <param name="Stream">The stream as it was declared when the packet was sent.</param>
/// <param name="SentAt">What its sender said of the time; null for nothing.</param>
[GenerateSerializer, Immutable, Alias("packet-sent")]
public sealed record PacketSent(
    [property: Id(0)] UserId Owner,
    [property: Id(1)] DataStream Stream,
    [property: Id(2)] Payload Data,
    [property: Id(3)] long? SentAt = null) : Event
{
    public override int Bytes => base.Bytes + Data.Bytes;

    public override bool ChangesState => false;

    public override bool IsKept => false;
}

/// <summary>A stream has no state that a receiver could begin with.</summary>
[GenerateSerializer, Immutable, Alias("data-stream-snapshot")]
public sealed record DataStreamSnapshot : Snapshot;
