using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Devices;

namespace Orchestrator.Sessions;

/// <summary>The shell of the list of sessions.</summary>
[Reentrant]
public sealed class SessionDirectoryGrain : Grain, ISessionDirectoryGrain
{
    private readonly Directory<SessionId, SessionReport> _sessions = new(static (report, change) => new SessionListed(report, change));
    private readonly Source _source;
    private readonly Committer<SessionDirectoryState> _commit;
    private readonly RollCall<SessionId> _rollCall;

    public SessionDirectoryGrain(
        [PersistentState("sessions")] IPersistentState<Stored<SessionDirectoryState>> store, Limits limits, IGatewayWatch watch, TimeProvider time, ILogger<SessionDirectoryGrain> log)
    {
        _rollCall = new RollCall<SessionId>(time);
        _source = new Source(SourceId.Sessions, limits.SourceLogBytesMax, watch);
        _commit = new(
            store,
            new(() => new SessionDirectoryState { Sessions = _sessions.Kept }, _source, static _ => { }, DeactivateOnIdle, limits, time, log)
            {
                WritePeriod = DirectoryWrites.Period,
            });
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is not { } stored)
        {
            return;
        }

        _sessions.Restore(stored.Sessions);
        _rollCall.Begin(stored.Sessions);
        Wake(stored.Sessions);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Report(SessionReport report)
    {
        _commit.Live(null, () => _sessions.Report(report), () => _source.At);
        _rollCall.Heard(report.SessionId);
        return Task.CompletedTask;
    }

    public async Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after)
    {
        await _rollCall.Done();
        return _source.Subscribe(gateway, seat, after, () => new SessionListSnapshot(_sessions.Reports));
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
        Wake(_sessions.Kept.Union(_sessions.Reports.Select(static report => report.SessionId)));
        return Task.CompletedTask;
    }

    private void Wake(IEnumerable<SessionId> sessions)
    {
        foreach (var session in sessions)
        {
            // One way: they report in their own time, and those that are gone say so.
            _ = GrainFactory.GetGrain<ISessionGrain>(session.Value).Wake();
        }
    }
}
