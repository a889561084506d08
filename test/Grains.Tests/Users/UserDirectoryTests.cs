using Orchestrator.Delivery;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

/// <summary>What the list of users adds to the rules of lists: who has no record is listed, and not kept.</summary>
public sealed class UserDirectoryTests
{
    private readonly Directory<UserId, UserReport> _users = new(static (report, change) => new UserListed(report, change));

    [Fact]
    public void Who_has_no_record_is_listed_and_not_kept()
    {
        Change(Here(1, hasRecord: false)).ShouldBe(ListChange.Updated);
        _users.Reports.ShouldHaveSingleItem();
        _users.Kept.ShouldBeEmpty();
    }

    [Fact]
    public void A_record_that_comes_and_goes_is_kept_and_not_kept()
    {
        Change(Here(1, hasRecord: false)).ShouldBe(ListChange.Updated);
        Change(Here(2, hasRecord: true)).ShouldBe(ListChange.Added);
        Change(Here(3, hasRecord: true)).ShouldBe(ListChange.Updated);
        Change(Here(4, hasRecord: false)).ShouldBe(ListChange.Removed);
        _users.Reports.ShouldHaveSingleItem().At.ShouldBe(new Position(1, 4));
        _users.Kept.ShouldBeEmpty();
    }

    [Fact]
    public void Who_is_forgotten_is_told_to_be_over_whether_it_was_kept_or_not()
    {
        _users.Report(Here(1, hasRecord: false));
        Change(Gone(2)).ShouldBe(ListChange.Updated);
        _users.Report(Here(3, hasRecord: true));
        Change(Gone(4)).ShouldBe(ListChange.Removed);
        _users.Reports.ShouldBeEmpty();
        _users.Report(Here(4, hasRecord: true)).ShouldBeEmpty();
    }

    [Fact]
    public void Only_whom_to_wake_has_to_be_written()
    {
        _users.Report(Here(1, hasRecord: false)).Single().Event.ChangesState.ShouldBeFalse();
        _users.Report(Here(2, hasRecord: true)).Single().Event.ChangesState.ShouldBeTrue();
        _users.Report(Gone(3)).Single().Event.ChangesState.ShouldBeTrue();
    }

    private ListChange Change(UserReport report) => ((UserListed)_users.Report(report).Single().Event).Change;

    private static UserReport Gone(long seq) => new(Id("ann"), new Position(1, seq), null, false);

    private static UserReport Here(long seq, bool hasRecord) => new(
        Id("ann"), new Position(1, seq), new UserRecord(Id("ann"), "Ann", false, Payload.EmptyObject, Sessions.Presence.Online, null), hasRecord);
}
