using Orchestrator.Delivery;

namespace Orchestrator.Support;

/// <summary>A gateway that keeps what it is told. Engines promise no order between two calls, so what it follows it puts into the order of its link, as a gateway does.</summary>
internal sealed class RecordingRelay : IRelay
{
    private readonly Lock _gate = new();
    private readonly List<Delivery.Delivery> _deliveries = [];
    private readonly List<(SourceId Source, long Epoch)> _moves = [];
    private SubscriptionStart? _start;

    /// <summary>What came; of the source that it follows, up to the first one that is still missing.</summary>
    public IReadOnlyList<Delivery.Delivery> Deliveries
    {
        get
        {
            lock (_gate)
            {
                return _start is { } start ? [.. InOrder(start), .. _deliveries.Where(d => d.Epoch != start.At.Epoch)] : [.. _deliveries];
            }
        }
    }

    public IReadOnlyList<(SourceId Source, long Epoch)> Moves
    {
        get
        {
            lock (_gate)
            {
                return [.. _moves];
            }
        }
    }

    public IEnumerable<Envelope> Envelopes => Deliveries.SelectMany(d => d.Envelopes);

    public IEnumerable<Event> Events => Envelopes.Select(e => e.Event);

    /// <summary>What of one source is for this seat, after a place.</summary>
    public IReadOnlyList<Envelope> For(Seat seat, SourceId source, Position after) =>
        [.. Envelopes.Where(e => e.Source == source && e.At > after && e.Audience.Includes(seat)).OrderBy(e => e.At)];

    /// <summary>Follows the source from here.</summary>
    public void Begin(SubscriptionStart start)
    {
        lock (_gate)
        {
            _start = start;
        }
    }

    public void Deliver(Delivery.Delivery delivery)
    {
        lock (_gate)
        {
            _deliveries.Add(delivery);
        }
    }

    public void Moved(SourceId source, long epoch)
    {
        lock (_gate)
        {
            _moves.Add((source, epoch));
        }
    }

    private IEnumerable<Delivery.Delivery> InOrder(SubscriptionStart start) => _deliveries
        .Where(d => d.Epoch == start.At.Epoch && d.Link > start.Link)
        .OrderBy(d => d.Link)
        .TakeWhile((d, i) => d.Link == start.Link + 1 + i);
}
