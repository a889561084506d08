namespace Orchestrator.Delivery;

/// <summary>What a subscriber of a source does with what arrives. Called in order, never at once.</summary>
public abstract class Subscriber
{
    public abstract Seat Seat { get; }

    /// <summary>An envelope that this seat is an addressee of.</summary>
    /// <param name="previous">The seq of the one before it that this seat has had.</param>
    public abstract void Next(EncodedEnvelope envelope, long previous);

    /// <summary>Something was lost: the state to begin again from.</summary>
    public abstract void Restart(Position at, Snapshot snapshot);

    /// <summary>The source does not let this seat in any more.</summary>
    public abstract void Ended();
}

/// <summary>
/// A connection's view of a source: a snapshot or a place, then everything after it, nothing lost and nothing doubled. Until it is released, events wait;
/// what it has had already is passed over. Used under the lock of its link.
/// </summary>
public sealed class Subscription(SourceId source, Subscriber subscriber, Lock gate)
{
    private readonly List<EncodedEnvelope> _waiting = [];
    private Snapshot? _snapshot;
    private bool _isReleased;
    private TaskCompletionSource? _over;
    private bool _isOver;
    private long _previous;

    public SourceId Source => source;

    public Seat Seat => subscriber.Seat;

    /// <summary>The place up to which it has had everything; null before its beginning is known.</summary>
    public Position? At { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>Sets where it begins; what was missed comes first.</summary>
    public void Start(Position at, long previous, IEnumerable<EncodedEnvelope> missed)
    {
        At = at;
        _previous = previous;
        _waiting.InsertRange(0, missed);
        FlushIfOpen();
    }

    /// <summary>Lets events wait until it begins again.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Begins again after a loss: from where it was, or from a new snapshot.</summary>
    public void Restart(SubscriptionStart start, IEnumerable<EncodedEnvelope> missed)
    {
        IsPaused = false;
        if (start.Snapshot is { } snapshot)
        {
            At = start.At;
            _previous = start.At.Seq;
            _snapshot = snapshot;
        }
        else
        {
            _waiting.InsertRange(0, missed);
        }

        FlushIfOpen();
    }

    public void Offer(EncodedEnvelope envelope)
    {
        if (!envelope.Envelope.Audience.Includes(Seat))
        {
            return;
        }

        if (IsOpen)
        {
            Pass(envelope);
            return;
        }

        _waiting.Add(envelope);
    }

    /// <summary>What waited goes out, and nothing waits from now on.</summary>
    public void Release()
    {
        lock (gate)
        {
            _isReleased = true;
            FlushIfOpen();
        }
    }

    public void Ended() => subscriber.Ended();

    /// <summary>It has left: it is told nothing more, not even what waits.</summary>
    public void End()
    {
        _isOver = true;
        _over?.TrySetResult();
    }

    /// <summary>Done when it has left.</summary>
    public Task Over()
    {
        lock (gate)
        {
            return _isOver ? Task.CompletedTask : (_over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private bool IsOpen => _isReleased && !IsPaused && !_isOver && At is not null;

    private void FlushIfOpen()
    {
        if (!IsOpen)
        {
            return;
        }

        if (_snapshot is { } snapshot)
        {
            _snapshot = null;
            subscriber.Restart(At!.Value, snapshot);
        }

        foreach (var envelope in _waiting)
        {
            Pass(envelope);
        }

        _waiting.Clear();
    }

    private void Pass(EncodedEnvelope envelope)
    {
        var at = envelope.Envelope.At;
        if (at <= At!.Value || _isOver)
        {
            return;
        }

        var previous = _previous;
        At = at;
        _previous = envelope.Envelope.Event.IsTold ? at.Seq : previous;
        subscriber.Next(envelope, previous);
    }
}
