using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Devices;

namespace Orchestrator.Users;

/// <summary>The shell of the list of users.</summary>
[Reentrant]
public sealed class UserDirectoryGrain : Grain, IUserDirectoryGrain
{
    private readonly Directory<UserId, UserReport> _users = new(static (report, change) => new UserListed(report, change));
    private readonly Source _source;
    private readonly Committer<UserDirectoryState> _commit;
    private readonly RollCall<UserId> _rollCall;

    public UserDirectoryGrain(
        [PersistentState("users")] IPersistentState<Stored<UserDirectoryState>> store, Limits limits, IGatewayWatch watch, TimeProvider time, ILogger<UserDirectoryGrain> log)
    {
        _rollCall = new RollCall<UserId>(time);
        _source = new Source(SourceId.Users, limits.SourceLogBytesMax, watch);
        _commit = new(
            store,
            new(() => new UserDirectoryState { Users = _users.Kept }, _source, static _ => { }, DeactivateOnIdle, limits, time, log)
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

        _users.Restore(stored.Users);
        _rollCall.Begin(stored.Users);
        Wake(stored.Users);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Report(UserReport report)
    {
        _commit.Live(null, () => _users.Report(report), () => _source.At);
        _rollCall.Heard(report.UserId);
        return Task.CompletedTask;
    }

    public async Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after)
    {
        await _rollCall.Done();
        return _source.Subscribe(gateway, seat, after, () => new UserListSnapshot(_users.Reports));
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
        Wake(_users.Kept.Union(_users.Reports.Select(static report => report.UserId)));
        return Task.CompletedTask;
    }

    private void Wake(IEnumerable<UserId> users)
    {
        foreach (var user in users)
        {
            // One way: they report in their own time, and those that are gone say so.
            _ = GrainFactory.GetGrain<IUserGrain>(user.Value).Wake();
        }
    }
}
