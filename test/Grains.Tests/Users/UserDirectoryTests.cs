using Orchestrator.Delivery;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

/// <summary>What the list of users adds to the rules of lists: what of it is written.</summary>
public sealed class UserDirectoryTests
{
    private readonly Directory<UserId, UserReport> _users = new(static (report, change) => new UserListed(report, change));

    [Fact]
    public void Only_whom_to_wake_has_to_be_written()
    {
        _users.Report(Here(1)).Single().Event.ChangesState.ShouldBeTrue();
        _users.Report(Here(2)).Single().Event.ChangesState.ShouldBeFalse();
        _users.Kept.ShouldBe([Id("ann")]);
        _users.Report(new UserReport(Id("ann"), new Position(1, 3), null)).Single().Event.ChangesState.ShouldBeTrue();
        _users.Kept.ShouldBeEmpty();
    }

    private static UserReport Here(long seq) => new(
        Id("ann"), new Position(1, seq), new UserRecord(Id("ann"), "Ann", false, Payload.EmptyObject, Sessions.Presence.Online, null));
}
