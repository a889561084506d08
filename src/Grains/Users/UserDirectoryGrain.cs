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

    public UserDirectoryGrain(
        [PersistentState("users")] IPersistentState<Stored<UserDirectoryState>> store, Limits limits, TimeProvider time, ILogger<UserDirectoryGrain> log)
    {
        _source = new Source(SourceId.Users, limits.SourceLogBytesMax);
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
        foreach (var user in stored.Users)
        {
            // One way: they report in their own time, and those that are gone say so.
            _ = GrainFactory.GetGrain<IUserGrain>(user.Value).Wake();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task Report(UserReport report) => Task.FromResult(_commit.Live(null, () => _users.Report(report), () => _source.At));

    public Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after) =>
        Task.FromResult(_source.Subscribe(gateway, seat, after, () => new UserListSnapshot(_users.Reports)));

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));
}
