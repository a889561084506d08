using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Devices;

namespace Orchestrator.Sessions;

/// <summary>This gateway's copy of the list of sessions: reading it costs no grain call. A reader does not see the list from before its own last change.</summary>
public sealed class SessionListReplica(Relay relay, IIdSource ids, TimeProvider time, ILogger<SessionListReplica> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SessionId, SessionReport> _ended = new();
    private volatile ImmutableDictionary<SessionId, SessionReport> _sessions = ImmutableDictionary<SessionId, SessionReport>.Empty;
    private volatile ImmutableDictionary<SessionId, SessionRecord> _records = ImmutableDictionary<SessionId, SessionRecord>.Empty;
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <summary>Whether the list has arrived once; the gateway is ready then.</summary>
    public bool IsReady { get; private set; }

    /// <summary>All sessions. Refusals: <see cref="RefusalCode.Temporary"/> when the list does not catch up with the caller's own change.</summary>
    public async Task<IReadOnlyDictionary<SessionId, SessionRecord>> Read(SessionPlace? lastChange, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (lastChange is not null && !HasReached(lastChange))
        {
            var changed = _changed.Task;
            if (HasReached(lastChange))
            {
                break;
            }

            var left = WaitMax - time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                throw Refusal.Temporary("The list of sessions is behind; try again.");
            }

            await changed.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return _records;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var beginning = await relay.Subscribe(SourceId.Sessions, new Listener(this, ids.Next()), after: null);
                Take((SessionListSnapshot)beginning.Start.Snapshot!);
                beginning.Subscription.Release();
                IsReady = true;
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "The list of sessions does not answer");
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool HasReached(SessionPlace place)
    {
        if (_sessions.TryGetValue(place.Session, out var report))
        {
            return report.At >= place.At;
        }

        // It is over, or it has not arrived yet.
        return place.At is null || _ended.ContainsKey(place.Session);
    }

    private void Take(SessionListSnapshot snapshot)
    {
        foreach (var ended in _sessions.Values.ExceptBy(snapshot.Sessions.Select(s => s.SessionId), s => s.SessionId))
        {
            Remember(ended);
        }

        _records = snapshot.Sessions.ToImmutableDictionary(s => s.SessionId, s => s.Session!);
        _sessions = snapshot.Sessions.ToImmutableDictionary(s => s.SessionId);
        Signal();
    }

    private void Take(SessionReport report)
    {
        if (report.Session is null)
        {
            _records = _records.Remove(report.SessionId);
            _sessions = _sessions.Remove(report.SessionId);
            Remember(report);
        }
        else
        {
            _records = _records.SetItem(report.SessionId, report.Session);
            _sessions = _sessions.SetItem(report.SessionId, report);
        }

        Signal();
    }

    /// <summary>Who deleted a session must not wait for it to appear. Bounded: when there are many, the wait has long been over for all of them.</summary>
    private void Remember(SessionReport report)
    {
        const int EndedMax = 10_000;
        if (_ended.Count >= EndedMax)
        {
            _ended.Clear();
        }

        _ended[report.SessionId] = report;
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Listener(SessionListReplica replica, string name) : Subscriber
    {
        // It is no user's: it sees what everybody may see.
        public override Seat Seat { get; } = new(new ConnectionId(name), default, default);

        public override void Next(EncodedEnvelope envelope, long previous) => replica.Take(((SessionListed)envelope.Envelope.Event).Report);

        public override void Restart(Position at, Snapshot snapshot) => replica.Take((SessionListSnapshot)snapshot);

        public override void Ended() => replica.IsReady = false;
    }
}
