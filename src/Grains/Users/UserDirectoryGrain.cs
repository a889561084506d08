using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;

namespace Orchestrator.Users;

/// <summary>The list of users.</summary>
[Reentrant]
public sealed class UserDirectoryGrain(
    [PersistentState("users")] IPersistentState<Stored<UserDirectoryState>> store, Limits limits, IGatewayWatch watch, TimeProvider time, ILogger<UserDirectoryGrain> log)
    : DirectoryGrain<UserId, UserReport, UserDirectoryState>(SourceId.Users, store, limits, watch, time, log), IUserDirectoryGrain
{
    protected override Event Listed(UserReport report, ListChange change) => new UserListed(report, change);

    protected override Snapshot SnapshotOf(ImmutableArray<UserReport> reports) => new UserListSnapshot(reports);

    protected override UserDirectoryState StateOf(ImmutableHashSet<UserId> kept) => new() { Users = kept };

    protected override ImmutableHashSet<UserId> KeptIn(UserDirectoryState stored) => stored.Users;

    protected override Task Wake(UserId id) => GrainFactory.GetGrain<IUserGrain>(id.Value).Wake();
}
