using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orchestrator.Devices;

namespace Orchestrator.Delivery;

/// <summary>
/// One source as this gateway sees it: the subscriptions to it, and the number of the delivery that comes next. While the beginning is not known, or something is
/// missing, deliveries wait. Everything is done under <see cref="Gate"/>.
/// </summary>
internal sealed class Link(SourceId source)
{
    private const int HeldMax = 10_000;

    private const int MissedMax = 2_000;

    // Of a source that keeps nothing there is no asking for what these would be too many for.
    private const int PacketsHeldMax = 256;

    // Replaced at each change: a subscriber may leave while it is being told.
    private ImmutableArray<Subscription> _subscriptions = [];
    private readonly List<Delivery> _held = [];
    private long _epoch;
    private long _ended;
    private long _last;
    private Position _began;
    private bool _isLost;
    private long _overdueAfter = -1;
    private bool _isAsked;
    private bool _mayBePaused;
    private Position _at;
    private Dictionary<Position, EncodedEnvelope>? _missed;
    private ImmutableArray<(Position At, TaskCompletionSource Reached)> _awaited = [];

    public Lock Gate { get; } = new();

    public SourceId Source => source;

    /// <summary>The place up to which this gateway has had everything.</summary>
    public Position At
    {
        get => _at;
        private set
        {
            _at = value;
            if (!_awaited.IsEmpty)
            {
                ReleaseAwaited();
            }
        }
    }

    /// <summary>Somebody is at it, and looks again before it stops.</summary>
    public bool IsMending { get; set; }

    /// <summary>Taken out of the relay when its last subscription went; whoever finds it so looks again.</summary>
    public bool IsRetired { get; set; }

    public bool IsEmpty => _subscriptions.IsEmpty;

    /// <summary>Whether somebody must begin again, or something must be read.</summary>
    public bool NeedsMending => FirstPaused is not null || (IsFollowing && (_isAsked || _held.Exists(d => d.Epoch == _epoch)));

    /// <summary>One that waits until it begins again.</summary>
    public Subscription? FirstPaused
    {
        get
        {
            var first = _mayBePaused ? _subscriptions.FirstOrDefault(s => s.IsPaused) : null;
            _mayBePaused = first is not null;
            return first;
        }
    }

    private bool IsFollowing => _epoch > _ended && !_isLost;

    /// <summary>Adds a subscription; an older one of the same connection goes.</summary>
    public void Add(Subscription subscription) =>
        _subscriptions = _subscriptions.RemoveAll(s => s.Seat.Connection == subscription.Seat.Connection).Add(subscription);

    public void Remove(Subscription subscription) => _subscriptions = _subscriptions.Remove(subscription);

    public bool Has(Subscription subscription) => _subscriptions.Contains(subscription);

    public bool HasSeat(ConnectionId connection) => _subscriptions.Any(s => s.Seat.Connection == connection);

    public void Pause(Subscription subscription)
    {
        subscription.Pause();
        _mayBePaused = true;
    }

    /// <summary>
    /// The source has said where a subscription begins. False when it cannot begin there: its activation has ended, or this link begins later, because of another
    /// answer that overtook this one. A link that begins at another place than it was lets all others begin again.
    /// </summary>
    public bool Known(Position at, long last)
    {
        if (at.Epoch < _epoch || at.Epoch <= _ended || (at.Epoch == _epoch && at < (_isLost ? At : _began)))
        {
            return false;
        }

        if (at.Epoch > _epoch || _isLost)
        {
            PauseBegun();
            (_epoch, _last, _overdueAfter, _isLost, _isAsked) = (at.Epoch, last, -1, false, false);
            (_began, At) = (at, at);
            TakeHeld();
        }

        return true;
    }

    /// <summary>Takes a delivery in its order, or keeps it until what is before it is there.</summary>
    public void Arrived(Delivery delivery)
    {
        if (delivery.Epoch <= _ended || delivery.Epoch < _epoch || (IsFollowing && delivery.Epoch == _epoch && delivery.Link <= _last))
        {
            return;
        }

        if (IsFollowing && delivery.Epoch == _epoch && IsNext(delivery))
        {
            Take(delivery);
            TakeHeld();
            return;
        }

        Hold(delivery);
    }

    /// <summary>The source's activation has ended: the next one counts anew.</summary>
    public void Ended(long epoch)
    {
        _ended = Math.Max(_ended, epoch);
        if (_epoch <= _ended)
        {
            PauseBegun();
        }
    }

    /// <summary>Done when everything up to a place has been passed on.</summary>
    public Task Reached(Position at)
    {
        if (At >= at)
        {
            return Task.CompletedTask;
        }

        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited = _awaited.Add((at, reached));
        return reached.Task;
    }

    /// <summary>What a subscription has missed. When many begin at once they have missed much the same, so for a while they share the bytes.</summary>
    public IReadOnlyList<EncodedEnvelope> Encoded(ImmutableArray<Envelope> missed)
    {
        if (missed.IsEmpty)
        {
            return [];
        }

        if (_missed is null || _missed.Count > MissedMax)
        {
            _missed = [];
        }

        var encoded = new EncodedEnvelope[missed.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            ref var shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_missed, missed[i].At, out _);
            encoded[i] = shared ??= new EncodedEnvelope(missed[i]);
        }

        return encoded;
    }

    /// <summary>Lets the source be asked for what may have been lost at the end.</summary>
    public void Ask()
    {
        _isAsked = true;
        _missed = null;
    }

    /// <summary>The same, if the source has sent more than has come since it was asked last.</summary>
    public void AskIfOverdue() => _isAsked |= IsFollowing && _overdueAfter == _last;

    /// <summary>The source has told what was missing after a place; if it does not know, everybody begins again.</summary>
    public void Read(Position after, MissedEnvelopes missed)
    {
        if (!IsFollowing || after.Epoch != _epoch)
        {
            return;
        }

        _isAsked = false;
        if (!missed.Complete)
        {
            _isLost = true;
            PauseBegun();
            return;
        }

        if (source.KeepsNothing)
        {
            // There is nothing to tell again; what is on its way still counts.
            return;
        }

        if (_held.Count == 0 && missed.Link > _last && _overdueAfter != _last)
        {
            // Most likely it is on its way, and with what is not kept, which the answer cannot tell. If nothing has come when the source is asked again, it is lost.
            _overdueAfter = _last;
            return;
        }

        // What is not kept cannot be told again: what has come of it counts.
        var once = _held.Where(d => d.Epoch == _epoch && d.Link > _last && d.Link <= missed.Link).SelectMany(d => d.Envelopes).Where(e => !e.Event.IsKept);
        Offer([.. missed.Envelopes.Concat(once).OrderBy(e => e.At)]);
        if (missed.Link >= _last)
        {
            // With the same number, what was published since was for nobody here.
            _last = missed.Link;
            At = missed.At > At ? missed.At : At;
        }

        TakeHeld();
    }

    /// <summary>Those whose beginning is not known yet are left out: their own call is under way.</summary>
    private void PauseBegun()
    {
        foreach (var subscription in _subscriptions.Where(s => s.At is not null))
        {
            Pause(subscription);
        }
    }

    private void Offer(ImmutableArray<Envelope> envelopes)
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

    private void ReleaseAwaited()
    {
        foreach (var (_, reached) in _awaited.Where(a => a.At <= _at))
        {
            reached.SetResult();
        }

        _awaited = _awaited.RemoveAll(a => a.At <= _at);
    }

    private void Take(Delivery delivery)
    {
        _last = delivery.Link;
        Offer(delivery.Envelopes);
    }

    private void TakeHeld()
    {
        _held.RemoveAll(d => d.Epoch < _epoch || d.Epoch <= _ended || (d.Epoch == _epoch && d.Link <= _last));
        while (_held.Where(d => d.Epoch == _epoch).MinBy(d => d.Link) is { } next && IsNext(next))
        {
            _held.Remove(next);
            Take(next);
        }
    }

    /// <summary>Whether it can be taken now: nothing before it is missing, or can be had any more.</summary>
    private bool IsNext(Delivery delivery) => delivery.Link == _last + 1 || source.KeepsNothing;

    private void Hold(Delivery delivery)
    {
        // More than this is asked for again anyway.
        if (_held.Count < (source.KeepsNothing ? PacketsHeldMax : HeldMax))
        {
            _held.Add(delivery);
        }
    }
}
