using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api;
using Orchestrator.Devices;

namespace Orchestrator.Delivery;

/// <summary>What a list is made of, and how its source tells it.</summary>
/// <param name="Record">What the report says of its entry; asked only while the entry is not over.</param>
public sealed record ListShape<TId, TReport, TRecord>(
    SourceId Source, Func<Snapshot, ImmutableArray<TReport>> Reports, Func<Event, TReport> Report, Func<TReport, TRecord> Record)
    where TReport : class, IReport<TId>;

/// <summary>What a replica needs of the process.</summary>
public sealed record ReplicaContext(Relay Relay, IIdSource Ids, TimeProvider Time);

/// <summary>This gateway's copy of a list: reading it costs no grain call, and all who read it between two changes share one encoding. A reader does not see the list from before its own last change.</summary>
public abstract class ListReplica<TId, TReport, TRecord>(ListShape<TId, TReport, TRecord> shape, ReplicaContext context) : BackgroundService
    where TId : struct
    where TReport : class, IReport<TId>
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<TId, Position> _ended = new();
    private volatile ImmutableDictionary<TId, TReport> _reports = ImmutableDictionary<TId, TReport>.Empty;
    private volatile Encoded<IReadOnlyDictionary<TId, TRecord>> _records = new(static () => ImmutableDictionary<TId, TRecord>.Empty);
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <summary>Whether the list has arrived once; the gateway is ready then.</summary>
    public bool IsReady { get; private set; }

    /// <summary>How many entries there are.</summary>
    public int Count => _reports.Count;

    /// <summary>All entries. Refusals: <see cref="RefusalCode.Temporary"/> when the list does not catch up with the caller's own change.</summary>
    public async Task<Encoded<IReadOnlyDictionary<TId, TRecord>>> Read(ListPlace<TId>? lastChange, CancellationToken cancellationToken)
    {
        var since = context.Time.GetTimestamp();
        while (lastChange is not null && !HasReached(lastChange))
        {
            var changed = _changed.Task;
            if (HasReached(lastChange))
            {
                break;
            }

            var left = WaitMax - context.Time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                throw Refusal.Temporary("The list is behind; try again.");
            }

            await changed.WaitAsync(left, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return _records;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var beginning = await context.Relay.SubscribeAtLast(shape.Source, new Listener(this, context.Ids.Next()), stoppingToken);
        Take(beginning.Start.Snapshot!);
        beginning.Subscription.Release();
        IsReady = true;
    }

    private bool HasReached(ListPlace<TId> place)
    {
        if (_reports.TryGetValue(place.Id, out var report))
        {
            // An end has not arrived while there is still a report.
            return report.At >= place.At;
        }

        // It is over, or it has not arrived yet. A user that was over before may be there again.
        return place.At is null || (_ended.TryGetValue(place.Id, out var end) && end >= place.At);
    }

    private void Take(Snapshot snapshot)
    {
        var reports = shape.Reports(snapshot);
        foreach (var ended in _reports.Values.ExceptBy(reports.Select(r => r.Id), r => r.Id))
        {
            // When it ended is not known; whatever was asked of it is behind.
            Remember(ended.Id, Position.Last);
        }

        Change(reports.ToImmutableDictionary(r => r.Id));
    }

    private void Take(TReport report)
    {
        if (report.IsOver)
        {
            Change(_reports.Remove(report.Id));
            Remember(report.Id, report.At);
        }
        else
        {
            Change(_reports.SetItem(report.Id, report));
        }
    }

    private void Change(ImmutableDictionary<TId, TReport> reports)
    {
        // Before the reports: whoever sees that its own change is there reads it here.
        _records = new(() => reports.ToDictionary(r => r.Key, r => shape.Record(r.Value)));
        _reports = reports;
        Signal();
    }

    /// <summary>Who ended an entry must not wait for it to appear. Bounded: when there are many, the wait has long been over for all of them.</summary>
    private void Remember(TId id, Position at)
    {
        const int EndedMax = 10_000;
        if (_ended.Count >= EndedMax)
        {
            _ended.Clear();
        }

        _ended[id] = at;
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Listener(ListReplica<TId, TReport, TRecord> replica, string name) : Subscriber
    {
        // It is no user's: it sees what everybody may see.
        public override Seat Seat { get; } = new(new ConnectionId(name), default, default);

        public override void Next(EncodedEnvelope envelope, long previous) => replica.Take(replica.ReportOf(envelope.Envelope.Event));

        public override void Restart(Position at, Snapshot snapshot) => replica.Take(snapshot);

        public override void Ended() => replica.IsReady = false;
    }

    private TReport ReportOf(Event listed) => shape.Report(listed);
}

/// <summary>A place in the history of one entry of a list.</summary>
/// <param name="At">Null: its end.</param>
public sealed record ListPlace<TId>(TId Id, Position? At);
