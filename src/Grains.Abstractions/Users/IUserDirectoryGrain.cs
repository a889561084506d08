using System.Collections.Immutable;
using Orchestrator.Delivery;

namespace Orchestrator.Users;

/// <summary>
/// The list of users that have a device, connected or within the grace period; one grain, of which every gateway holds a replica. Users report to it; anybody may read it.
/// </summary>
[Alias("users")]
public interface IUserDirectoryGrain : ISource
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Takes the newest state of a user. Reports overtaken by a newer one are ignored.</summary>
    [Alias("report"), Repeatable]
    Task Report(UserReport report);
}

/// <summary>A user's state at one of its places.</summary>
/// <param name="User">Null: the user is forgotten.</param>
[GenerateSerializer, Immutable, Alias("user-report")]
public sealed record UserReport(
    [property: Id(0)] UserId UserId,
    [property: Id(1)] Position At,
    [property: Id(2)] UserRecord? User) : IReport<UserId>
{
    UserId IReport<UserId>.Id => UserId;

    bool IReport<UserId>.IsOver => User is null;
}

/// <summary>The list of users is another one, or a user in it is.</summary>
[GenerateSerializer, Immutable, Alias("user-listed")]
public sealed record UserListed([property: Id(0)] UserReport Report, [property: Id(1)] ListChange Change) : Event
{
    public override int Bytes => base.Bytes + (Report.User?.UserData.Bytes ?? 0);

    /// <summary>The store holds only whom to wake.</summary>
    public override bool ChangesState => Change != ListChange.Updated;
}

/// <summary>All users at a place of the list.</summary>
[GenerateSerializer, Immutable, Alias("user-list-snapshot")]
public sealed record UserListSnapshot([property: Id(0)] ImmutableArray<UserReport> Users) : Snapshot;
