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

    public SessionDirectoryGrain(
        [PersistentState("sessions")] IPersistentState<Stored<SessionDirectoryState>> store, Limits limits, TimeProvider time, ILogger<SessionDirectoryGrain> log)
    {
        _source = new Source(SourceId.Sessions, limits.SourceLogBytesMax);
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
        foreach (var session in stored.Sessions)
        {
            // One way: they report in their own time, and those that are gone say so.
            _ = GrainFactory.GetGrain<ISessionGrain>(session.Value).Wake();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Report(SessionReport report) => Task.FromResult(_commit.Live(null, () => _sessions.Report(report), () => _source.At));

    public Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after) =>
        Task.FromResult(_source.Subscribe(gateway, seat, after, () => new SessionListSnapshot(_sessions.Reports)));

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));
}
