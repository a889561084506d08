using Orchestrator.Delivery;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

/// <summary>The rules of lists, by the list of sessions.</summary>
public sealed class SessionDirectoryTests
{
    private static readonly SessionId Concert = new("concert");

    private readonly Directory<SessionId, SessionReport> _sessions = new(static (report, change) => new SessionListed(report, change));

    [Fact]
    public void A_new_session_is_added_and_then_updated()
    {
        Change(Report(1, 2)).ShouldBe(ListChange.Added);
        Change(Report(1, 3)).ShouldBe(ListChange.Updated);
        _sessions.Reports.ShouldHaveSingleItem().At.ShouldBe(new Position(1, 3));
        _sessions.Kept.ShouldBe([Concert]);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 2)]
    [InlineData(0, 99)]
    public void An_overtaken_or_repeated_report_is_ignored(long epoch, long seq)
    {
        _sessions.Report(Report(1, 3));
        _sessions.Report(Report(epoch, seq)).ShouldBeEmpty();
        _sessions.Report(Gone(epoch, seq)).ShouldBeEmpty();
        _sessions.Reports.ShouldHaveSingleItem().At.ShouldBe(new Position(1, 3));
    }

    [Fact]
    public void A_later_epoch_counts_more_than_a_higher_seq()
    {
        _sessions.Report(Report(1, 99));
        Change(Report(2, 0)).ShouldBe(ListChange.Updated);
    }

    [Fact]
    public void A_session_that_is_over_is_removed_once()
    {
        _sessions.Report(Report(1, 1));
        Change(Gone(1, 2)).ShouldBe(ListChange.Removed);
        _sessions.Reports.ShouldBeEmpty();
        _sessions.Kept.ShouldBeEmpty();
        _sessions.Report(Gone(1, 2)).ShouldBeEmpty();
    }

    [Fact]
    public void A_report_that_was_overtaken_by_the_end_does_not_bring_the_session_back()
    {
        _sessions.Report(Report(1, 1));
        _sessions.Report(Gone(1, 3));
        _sessions.Report(Report(1, 2)).ShouldBeEmpty();
        _sessions.Reports.ShouldBeEmpty();
    }

    [Fact]
    public void The_end_of_a_session_that_nobody_knows_is_no_news() => _sessions.Report(Gone(1, 1)).ShouldBeEmpty();

    [Fact]
    public void After_a_restart_a_session_is_listed_when_it_has_reported()
    {
        _sessions.Restore([Concert]);
        _sessions.Reports.ShouldBeEmpty();
        Change(Report(5, 0)).ShouldBe(ListChange.Updated);
        _sessions.Reports.ShouldHaveSingleItem();
    }

    [Fact]
    public void After_a_restart_a_session_that_is_gone_is_removed()
    {
        _sessions.Restore([Concert]);
        Change(Gone(5, 0)).ShouldBe(ListChange.Removed);
        _sessions.Kept.ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_set_of_sessions_has_to_be_written()
    {
        _sessions.Report(Report(1, 1)).Single().Event.ChangesState.ShouldBeTrue();
        _sessions.Report(Report(1, 2)).Single().Event.ChangesState.ShouldBeFalse();
        _sessions.Report(Gone(1, 3)).Single().Event.ChangesState.ShouldBeTrue();
    }

    [Fact]
    public void Everybody_who_follows_the_list_is_told()
    {
        var report = Report(1, 1);
        _sessions.Report(report).ShouldBe([Outgoing.ToEveryone(new SessionListed(report, ListChange.Added))]);
    }

    private ListChange Change(SessionReport report) => ((SessionListed)_sessions.Report(report).Single().Event).Change;

    private static SessionReport Gone(long epoch, long seq) => new(Concert, new Position(epoch, seq), null);

    private static SessionReport Report(long epoch, long seq)
    {
        var session = new Session(new Limits());
        session.Open(Concert, Caller("ann"), Add());
        return new SessionReport(Concert, new Position(epoch, seq), session.Record);
    }
}
