using Orchestrator.Delivery;

namespace Orchestrator.Support;

/// <summary>A gateway that keeps what it is told.</summary>
internal sealed class RecordingRelay : IRelay
{
    private readonly Lock _gate = new();
    private readonly List<Delivery.Delivery> _deliveries = [];
    private readonly List<(SourceId Source, long Epoch)> _moves = [];

    public IReadOnlyList<Delivery.Delivery> Deliveries
    {
        get
        {
            lock (_gate)
            {
                return [.. _deliveries];
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
        [.. Envelopes.Where(e => e.Source == source && e.At > after && e.Audience.Includes(seat))];

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
}
