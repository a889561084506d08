using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Devices;

namespace Orchestrator.Sessions;

/// <summary>The shell of <see cref="SessionDirectory"/>.</summary>
[Reentrant]
public sealed class SessionDirectoryGrain : Grain, ISessionDirectoryGrain
{
    private readonly SessionDirectory _sessions = new();
    private readonly Source _source;
    private readonly Committer<SessionDirectoryState> _commit;

    public SessionDirectoryGrain(
        [PersistentState("sessions")] IPersistentState<Stored<SessionDirectoryState>> store, Limits limits, TimeProvider time, ILogger<SessionDirectoryGrain> log)
    {
        _source = new Source(SourceId.Sessions, limits.SourceLogBytesMax);
        _commit = new(store, new(() => _sessions.State, _source, static _ => { }, DeactivateOnIdle, limits, time, log));
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is not { } stored)
        {
            return;
        }

        _sessions.Restore(stored);
        foreach (var session in stored.Sessions)
        {
            // One way: they report in their own time, and those that are gone say so.
            _ = GrainFactory.GetGrain<ISessionGrain>(session.Value).Wake();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Report(SessionReport report) => Task.FromResult(_commit.Live(null, () => _sessions.Report(report), () => _source.At));

    public Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after) =>
        Task.FromResult(_source.Subscribe(gateway, seat, after, () => _sessions.Snapshot));

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));
}
