using System.Collections.Immutable;
using Orchestrator.Devices;

namespace Orchestrator.Delivery;

/// <summary>A grain that publishes envelopes to gateways. Called by gateways only.</summary>
public interface ISource : IGrainWithStringKey
{
    /// <summary>
    /// Enters a seat and says where it begins. With a place that the log still reaches: what was missed since then, for this seat's
    /// eyes. Otherwise, or without a place: a snapshot. What is published after the answer's place is delivered to the gateway.
    /// Repeating it with the same connection moves the seat. Refusals: those of the source (no right to see it).
    /// </summary>
    [Alias("subscribe"), Repeatable]
    Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after);

    /// <summary>Gives a seat up. Unknown ones are fine.</summary>
    [Alias("unsubscribe"), Repeatable]
    Task Unsubscribe(string gateway, ConnectionId connection);

    /// <summary>
    /// What was published after a place, for a gateway that has missed a delivery. <see cref="MissedEnvelopes.Complete"/> is false when the
    /// log does not reach back so far, or the gateway has no seat here: then its subscriptions begin again.
    /// </summary>
    [Alias("read"), AlwaysInterleave, Repeatable]
    Task<MissedEnvelopes> Read(string gateway, Position after);

    /// <summary>A gateway has ended without a word: its seats are given up, and who sat there may be gone. Called by the watch over gateways, which does not wait.</summary>
    [Alias("gateway-lost"), OneWay]
    Task GatewayLost(string gateway);
}

/// <summary>The beginning of a subscription.</summary>
/// <param name="At">What is published after this place will be delivered.</param>
/// <param name="Snapshot">The state at <paramref name="At"/>, or null when <paramref name="Missed"/> leads there.</param>
/// <param name="Missed">What led from the place asked for to <paramref name="At"/>.</param>
/// <param name="Link">The number of the last delivery to this gateway.</param>
[GenerateSerializer, Immutable, Alias("subscription-start")]
public sealed record SubscriptionStart(
    [property: Id(0)] Position At,
    [property: Id(1)] Snapshot? Snapshot,
    [property: Id(2)] ImmutableArray<Envelope> Missed,
    [property: Id(3)] long Link)
{
    /// <summary>Whether nothing was lost.</summary>
    public bool Recovered => Snapshot is null;
}

/// <summary>What a gateway has missed.</summary>
[GenerateSerializer, Immutable, Alias("missed-envelopes")]
public sealed record MissedEnvelopes(
    [property: Id(0)] bool Complete,
    [property: Id(1)] Position At,
    [property: Id(2)] ImmutableArray<Envelope> Envelopes,
    [property: Id(3)] long Link);
