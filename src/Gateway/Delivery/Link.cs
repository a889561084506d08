using System.Collections.Immutable;

namespace Orchestrator.Delivery;

/// <summary>
/// One source as this gateway sees it: the subscriptions to it, and the number of the delivery that comes next. While the beginning is not known, or something is
/// missing, deliveries wait. Everything is done under <see cref="Gate"/>.
/// </summary>
internal sealed class Link(SourceId source)
{
    private const int HeldMax = 10_000;

    // Replaced at each change: a subscriber may leave while it is being told.
    private ImmutableArray<Subscription> _subscriptions = [];
    private readonly List<Delivery> _held = [];
    private long _epoch;
    private long _last;

    public Lock Gate { get; } = new();

    public SourceId Source => source;

    /// <summary>The place up to which this gateway has had everything.</summary>
    public Position At { get; private set; }

    public bool IsRepairing { get; set; }

    /// <summary>Taken out of the relay when its last subscription went; whoever finds it so looks again.</summary>
    public bool IsRetired { get; set; }

    public bool IsEmpty => _subscriptions.IsEmpty;

    public ImmutableArray<Subscription> Subscriptions => _subscriptions;

    /// <summary>Adds a subscription; an older one of the same connection goes.</summary>
    public void Add(Subscription subscription) =>
        _subscriptions = _subscriptions.RemoveAll(s => s.Seat.Connection == subscription.Seat.Connection).Add(subscription);

    public void Remove(Subscription subscription) => _subscriptions = _subscriptions.Remove(subscription);

    /// <summary>The source has told us where we are: what came before is known, what waited is looked at again.</summary>
    public Arrival Known(Position at, long last)
    {
        if (at.Epoch < _epoch || (at.Epoch == _epoch && _last == long.MaxValue))
        {
            return Arrival.Stale;
        }

        if (at.Epoch > _epoch)
        {
            (_epoch, _last, At) = (at.Epoch, last, at);
        }
        else if (last > _last && IsRepairing)
        {
            (_last, At) = (last, at > At ? at : At);
        }

        return TakeHeld();
    }

    /// <summary>Takes a delivery in its order, or keeps it and says that one is missing.</summary>
    public Arrival Arrived(Delivery delivery)
    {
        if (delivery.Epoch < _epoch || (delivery.Epoch == _epoch && delivery.Link <= _last))
        {
            return Arrival.Passed;
        }

        if (delivery.Epoch == _epoch && delivery.Link == _last + 1)
        {
            Take(delivery);
            return TakeHeld();
        }

        Hold(delivery);
        return delivery.Epoch == _epoch ? Arrival.Missing : Arrival.Unknown;
    }

    /// <summary>The source's activation has ended: the next one counts anew.</summary>
    public void Forget(long epoch)
    {
        if (epoch >= _epoch)
        {
            _epoch = epoch;
            _last = long.MaxValue;
        }
    }

    public void Offer(ImmutableArray<Envelope> envelopes)
    {
        foreach (var envelope in envelopes)
        {
            var encoded = new EncodedEnvelope(envelope);
            foreach (var subscription in _subscriptions)
            {
                subscription.Offer(encoded);
            }

            At = envelope.At > At ? envelope.At : At;
        }
    }

    private void Take(Delivery delivery)
    {
        _last = delivery.Link;
        Offer(delivery.Envelopes);
    }

    private Arrival TakeHeld()
    {
        _held.RemoveAll(d => d.Epoch < _epoch || (d.Epoch == _epoch && d.Link <= _last));
        while (_held.Find(d => d.Epoch == _epoch && d.Link == _last + 1) is { } next)
        {
            _held.Remove(next);
            Take(next);
        }

        return _held.Count == 0 ? Arrival.Passed : Arrival.Missing;
    }

    private void Hold(Delivery delivery)
    {
        // More than this is asked for again anyway.
        if (_held.Count < HeldMax)
        {
            _held.Add(delivery);
        }
    }
}

/// <summary>What became of a delivery.</summary>
internal enum Arrival
{
    /// <summary>It was passed on, or was known already.</summary>
    Passed,

    /// <summary>It waits for the answer that says where its epoch begins.</summary>
    Unknown,

    /// <summary>It waits for one before it, which must be asked for.</summary>
    Missing,

    /// <summary>It speaks of an activation that has ended: subscribe again.</summary>
    Stale,
}
