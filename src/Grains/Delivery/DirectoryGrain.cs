using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Devices;

namespace Orchestrator.Delivery;

/// <summary>The shell of a list: those in it report to it, and whoever follows it is told.</summary>
public abstract class DirectoryGrain<TId, TReport, TState> : Grain
    where TId : struct
    where TReport : class, IReport<TId>
    where TState : class
{
    /// <summary>
    /// A list is written whole, and with ten thousand entries that is much. It says only whom to wake, and whoever was missing in it wakes with the next command of its
    /// own, so it may be late by this.
    /// </summary>
    private static readonly TimeSpan WritePeriod = TimeSpan.FromMilliseconds(200);

    // Ten thousand that are read from the store take a while to answer.
    private static readonly TimeSpan AskPeriod = TimeSpan.FromSeconds(5);

    private readonly Directory<TId, TReport> _list;
    private readonly Source _source;
    private readonly Committer<TState> _commit;
    private readonly RollCall<TId> _rollCall;

    protected DirectoryGrain(SourceId id, IPersistentState<Stored<TState>> store, Limits limits, IGatewayWatch watch, TimeProvider time, ILogger log)
    {
        _list = new Directory<TId, TReport>(Listed);
        _rollCall = new RollCall<TId>(this, id => _ = Wake(id), AskPeriod, time);
        _source = new Source(id, limits.SourceLogBytesMax, watch);
        _commit = new(store, new(() => StateOf(_list.Kept), _source, static _ => { }, DeactivateOnIdle, limits, time, log) { WritePeriod = WritePeriod });
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is not { } stored)
        {
            return;
        }

        var kept = KeptIn(stored);
        _list.Restore(kept);
        _rollCall.Begin(kept);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Report(TReport report)
    {
        _commit.Live(null, () => _list.Report(report), () => _source.At);
        _rollCall.Heard(report.Id);
        return Task.CompletedTask;
    }

    public async Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after)
    {
        await _rollCall.Done();
        return _source.Subscribe(gateway, seat, after, () => SnapshotOf(_list.Reports));
    }

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));

    public Task GatewayLost(string gateway)
    {
        // With it, entries may have ended that nobody else wakes.
        _source.Lost(gateway);
        _rollCall.Ask(_list.Kept.Union(_list.Reports.Select(static report => report.Id)));
        return Task.CompletedTask;
    }

    /// <summary>The event that tells a report to those who follow the list.</summary>
    protected abstract Event Listed(TReport report, ListChange change);

    protected abstract Snapshot SnapshotOf(ImmutableArray<TReport> reports);

    protected abstract TState StateOf(ImmutableHashSet<TId> kept);

    protected abstract ImmutableHashSet<TId> KeptIn(TState stored);

    /// <summary>One way: an entry reports in its own time, and one that is gone says so.</summary>
    protected abstract Task Wake(TId id);
}
