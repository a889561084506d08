using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>Keeps what it is told, and holds it against what its source has published.</summary>
internal sealed class RecordingSubscriber(string user, string connection) : Subscriber
{
    private readonly List<Segment> _segments = [];

    public override Seat Seat { get; } = new(new ConnectionId(connection), new UserId(user), new DeviceId($"{user}.{connection}"));

    public bool HasEnded { get; private set; }

    public bool HasLeft { get; set; }

    public Action<Envelope>? OnNext { get; set; }

    /// <summary>What went wrong at once.</summary>
    public string? Fault { get; private set; }

    public int Restarts { get; private set; }

    public bool IsReleased { get; set; }

    public IEnumerable<int> Numbers => _segments.SelectMany(s => s.Events).Select(e => ((Note)e.Event).Number);

    /// <summary>What it was told, as it is shared with others.</summary>
    public List<EncodedEnvelope> Heard { get; } = [];

    public IEnumerable<long> Previous => _segments.SelectMany(s => s.Previous);

    /// <summary>Where it begins, by the answer to its subscription.</summary>
    public void Begin(Position place) => _segments.Add(new Segment(place));

    public override void Next(EncodedEnvelope envelope, long previous)
    {
        if (HasLeft || HasEnded || !IsReleased)
        {
            Fault ??= $"{connection} was told {envelope.Envelope.At} {(HasLeft ? "after it left" : HasEnded ? "after its end" : "before it was released")}";
        }

        Heard.Add(envelope);
        _segments[^1].Events.Add(envelope.Envelope);
        _segments[^1].Previous.Add(previous);
        OnNext?.Invoke(envelope.Envelope);
    }

    public override void Restart(Position at, Snapshot snapshot)
    {
        if (HasLeft || !IsReleased)
        {
            Fault ??= $"{connection} began again at {at} {(HasLeft ? "after it left" : "before it was released")}";
        }

        Restarts++;
        _segments.Add(new Segment(at));
    }

    public override void Ended() => HasEnded = true;

    /// <summary>Null when it has had everything that it may see, once, in order; complete up to the end when it is still there.</summary>
    public string? Differs(IReadOnlyList<Envelope> history)
    {
        if (Fault is not null)
        {
            return Fault;
        }

        foreach (var (segment, i) in _segments.Select((segment, i) => (segment, i)))
        {
            var wanted = history.Where(e => e.At > segment.Begin && e.Audience.Includes(Seat)).Select(e => e.At).ToList();
            var had = segment.Events.Select(e => e.At).ToList();
            var isLast = i == _segments.Count - 1 && !HasLeft && !HasEnded;
            if (isLast ? !had.SequenceEqual(wanted) : !had.SequenceEqual(wanted.Take(had.Count)))
            {
                return $"{connection} began at {segment.Begin} and had {string.Join(' ', had)} where it should have had {string.Join(' ', wanted)}"
                    + (isLast ? "" : " or less");
            }

            long[] chain = [segment.Begin.Seq, .. had.Select(at => at.Seq)];
            if (!segment.Previous.SequenceEqual(chain[..^1]))
            {
                return $"{connection}: the predecessors {string.Join(' ', segment.Previous)} are not {string.Join(' ', chain[..^1])}";
            }

            if (i > 0 && _segments[i - 1] is var before && (before.Events.Count > 0 ? before.Events[^1].At : before.Begin) > segment.Begin)
            {
                return $"{connection} began again at {segment.Begin}, before where it was";
            }
        }

        return null;
    }

    private sealed record Segment(Position Begin)
    {
        public List<Envelope> Events { get; } = [];

        public List<long> Previous { get; } = [];
    }
}
