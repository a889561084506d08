using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

public sealed class SessionTests
{
    private static readonly SessionId Concert = new("concert");

    private readonly Limits _limits = new() { GraceSeconds = 30, MasterGraceSeconds = 3 };
    private readonly Session _session;

    public SessionTests() => _session = new Session(_limits);

    [Fact]
    public void Opening_makes_the_creator_administrator_first_member_and_master()
    {
        Open("ann");

        var record = _session.Record;
        record.SessionId.ShouldBe(Concert);
        record.SessionAdministrator.ShouldBe(Id("ann"));
        record.SessionMaster.ShouldBe(Id("ann"));
        record.MasterEpoch.ShouldBe(1);
        record.SessionUsers.ShouldBe([Id("ann")]);
        record.SessionUserDefinitions.ShouldBe([new MemberRecord(Id("ann"), "ann's name", true, Presence.Online)]);
    }

    [Fact]
    public void Opening_cuts_white_space_off_the_name_and_fills_in_the_protocol()
    {
        _session.Open(Concert, Caller("ann"), new AddSession("  Concert\t", new ScenarioDefinition("stage"), "A night"));

        _session.Record.SessionName.ShouldBe("Concert");
        _session.Record.SessionDescription.ShouldBe("A night");
        _session.Record.SessionProtocol.ShouldBe("unknown");
        _session.Record.ScenarioId.ShouldBe("stage");
    }

    [Fact]
    public void Opening_keeps_the_protocol_that_is_given()
    {
        _session.Open(Concert, Caller("ann"), new AddSession("Concert", new ScenarioDefinition("stage"), SessionProtocol: "dash"));

        _session.Record.SessionProtocol.ShouldBe("dash");
    }

    [Fact]
    public void Opening_is_nobodys_news_but_the_other_devices_of_the_creator()
    {
        var happened = Open("ann");

        happened.Select(h => h.Event.GetType()).ShouldBe([typeof(SessionOpened), typeof(MemberJoined), typeof(MasterChanged)]);
        happened[0].Audience.ShouldBeNull();
        happened[1].Audience!.Includes(Seat("ann")).ShouldBeFalse();
        happened[1].Audience!.Includes(Seat("ann", device: 2)).ShouldBeTrue();
    }

    [Fact]
    public void Opening_twice_is_refused_and_changes_nothing()
    {
        Open("ann");
        Refused(RefusalCode.SessionNotCreated, () => _session.Open(Concert, Caller("bob"), Add("Other")));
    }

    [Fact]
    public void Opening_again_after_the_close_is_refused()
    {
        Open("ann");
        _session.LoggedOut(Id("ann"));
        Refused(RefusalCode.SessionNotCreated, () => _session.Open(Concert, Caller("ann"), Add()));
    }

    [Fact]
    public void Members_stand_in_the_order_in_which_they_joined()
    {
        Open("zoe");
        Join("mia");
        Join("ann");
        _session.Leave(Caller("mia"));
        Join("bob");
        Join("mia");

        _session.Record.SessionUsers.ShouldBe([Id("zoe"), Id("ann"), Id("bob"), Id("mia")]);
        _session.Record.SessionUserDefinitions.Select(m => m.UserId).ShouldBe(_session.Record.SessionUsers);
    }

    [Fact]
    public void Joining_is_told_to_all_but_the_device_that_joins()
    {
        Open("ann");
        var (@event, audience) = Join("bob").ShouldHaveSingleItem();

        @event.ShouldBe(new MemberJoined(new MemberRecord(Id("bob"), "bob's name", true, Presence.Online)));
        audience!.Includes(Seat("ann")).ShouldBeTrue();
        audience.Includes(Seat("bob", device: 2)).ShouldBeTrue();
        audience.Includes(Seat("bob")).ShouldBeFalse();
    }

    [Fact]
    public void Joining_twice_is_refused_and_changes_nothing()
    {
        Open("ann");
        Join("bob");
        Refused(RefusalCode.AlreadyInThisSession, () => Join("bob"));
        Refused(RefusalCode.AlreadyInThisSession, () => _session.Join(Caller("bob", device: 2), new JoinSession(Concert)));
    }

    [Fact]
    public void Joining_what_was_never_opened_is_refused() =>
        RefusalOf(() => Join("bob")).ShouldBe(RefusalCode.SessionNotFound);

    [Fact]
    public void Joining_a_closed_session_is_refused()
    {
        Open("ann");
        _session.LoggedOut(Id("ann"));
        Refused(RefusalCode.SessionNotFound, () => Join("bob"));
    }

    [Fact]
    public void Joining_a_full_session_is_refused_but_a_member_hears_that_it_is_in_already()
    {
        _limits.MembersPerSessionMax = 2;
        Open("ann");
        Join("bob");
        Refused(RefusalCode.LimitReached, () => Join("cid"));
        Refused(RefusalCode.AlreadyInThisSession, () => Join("bob"));
    }

    [Fact]
    public void A_seat_is_free_again_when_somebody_leaves()
    {
        _limits.MembersPerSessionMax = 1;
        Open("ann");
        _session.Leave(Caller("ann"));
        Join("bob");

        _session.Record.SessionUsers.ShouldBe([Id("bob")]);
    }

    [Fact]
    public void Leaving_is_told_to_all_and_is_the_last_that_the_leaver_sees()
    {
        Open("ann");
        Join("bob");
        var (@event, audience) = _session.Leave(Caller("bob")).ShouldHaveSingleItem();

        @event.ShouldBe(new MemberLeft(Id("bob"), LeaveReason.Left));
        audience!.Includes(Seat("ann")).ShouldBeTrue();
        audience.Includes(Seat("bob", device: 2)).ShouldBeTrue();
        audience.Includes(Seat("bob")).ShouldBeTrue();
    }

    [Fact]
    public void Leaving_twice_is_refused_and_changes_nothing()
    {
        Open("ann");
        Join("bob");
        _session.Leave(Caller("bob"));
        Refused(RefusalCode.NotInSession, () => _session.Leave(Caller("bob")));
    }

    [Fact]
    public void A_session_without_members_stays_open_without_a_master_and_keeps_its_administrator()
    {
        Open("ann");
        _session.Leave(Caller("ann"));

        _session.IsOpen.ShouldBeTrue();
        _session.Record.SessionUsers.ShouldBeEmpty();
        _session.Record.SessionMaster.ShouldBeNull();
        _session.Record.SessionAdministrator.ShouldBe(Id("ann"));
    }

    [Fact]
    public void Who_joins_an_empty_session_is_master()
    {
        Open("ann");
        _session.Leave(Caller("ann"));
        var happened = Join("bob");

        happened.Select(h => h.Event).Last().ShouldBe(new MasterChanged(Id("bob"), 3));
        _session.Record.SessionAdministrator.ShouldBe(Id("ann"));
    }

    [Fact]
    public void Only_the_administrator_deletes_and_only_what_is_empty()
    {
        RefusalOf(() => _session.Delete(Caller("ann"))).ShouldBe(RefusalCode.SessionNotFound);
        Open("ann");
        Join("bob");
        Refused(RefusalCode.NotAdministrator, () => _session.Delete(Caller("bob")));
        Refused(RefusalCode.SessionNotEmpty, () => _session.Delete(Caller("ann")));
        _session.Leave(Caller("bob"));
        _session.Leave(Caller("ann"));
        Refused(RefusalCode.NotAdministrator, () => _session.Delete(Caller("bob")));

        _session.Delete(Caller("ann")).ShouldBe([Outgoing.ToEveryone(new SessionClosed(CloseReason.Deleted))]);
        _session.IsOpen.ShouldBeFalse();
        Refused(RefusalCode.SessionNotFound, () => _session.Delete(Caller("ann")));
        Refused(RefusalCode.SessionNotFound, () => _session.Delete(Caller("bob")));
    }

    [Fact]
    public void A_lost_member_keeps_its_seat_for_the_grace_period()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("bob"), At(0)).ShouldBe([Outgoing.ToEveryone(new MemberWentAway(Id("bob"), At(0)))]);
        PresenceOf("bob").ShouldBe(Presence.Away);
        _session.AwaitsSomebody.ShouldBeTrue();
        _session.Expire(At(29.9)).ShouldBeEmpty();

        _session.Expire(At(30)).ShouldBe([Outgoing.ToEveryone(new MemberLeft(Id("bob"), LeaveReason.Lost))]);
        _session.AwaitsSomebody.ShouldBeFalse();
        _session.HasMember(Id("bob")).ShouldBeFalse();
    }

    [Fact]
    public void Going_away_twice_counts_from_the_first_time()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("bob"), At(0));
        _session.WentAway(Id("bob"), At(20)).ShouldBeEmpty();
        _session.Expire(At(30)).Count.ShouldBe(1);
    }

    [Fact]
    public void A_member_that_returns_in_time_stays()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("bob"), At(0));
        _session.Returned(Id("bob"), At(10)).ShouldBe([Outgoing.ToEveryone(new MemberReturned(Id("bob")))]);
        PresenceOf("bob").ShouldBe(Presence.Online);
        _session.Returned(Id("bob"), At(11)).ShouldBeEmpty();
        _session.Expire(At(100)).ShouldBeEmpty();
    }

    [Fact]
    public void The_grace_period_begins_anew_with_each_loss()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("bob"), At(0));
        _session.Returned(Id("bob"), At(10));
        _session.WentAway(Id("bob"), At(20));
        _session.Expire(At(49)).ShouldBeEmpty();
        _session.Expire(At(50)).Count.ShouldBe(1);
    }

    [Fact]
    public void Strangers_neither_go_away_nor_return_nor_log_out()
    {
        Open("ann");
        var before = _session.Record;
        _session.WentAway(Id("bob"), At(0)).ShouldBeEmpty();
        _session.Returned(Id("bob"), At(0)).ShouldBeEmpty();
        _session.LoggedOut(Id("bob")).ShouldBeEmpty();
        _session.Record.ShouldBeSameAs(before);
    }

    [Fact]
    public void A_session_that_was_never_opened_knows_nobody_and_expires_nothing()
    {
        _session.WentAway(Id("ann"), At(0)).ShouldBeEmpty();
        _session.Returned(Id("ann"), At(0)).ShouldBeEmpty();
        _session.LoggedOut(Id("ann")).ShouldBeEmpty();
        _session.Expire(At(100)).ShouldBeEmpty();
        _session.Knows(Id("ann")).ShouldBeFalse();
        _session.AwaitsSomebody.ShouldBeFalse();
        RefusalOf(() => _ = _session.Record).ShouldBe(RefusalCode.SessionNotFound);
    }

    [Fact]
    public void A_member_that_logs_out_leaves_and_everybody_is_told()
    {
        Open("ann");
        Join("bob");
        _session.LoggedOut(Id("bob")).ShouldBe([Outgoing.ToEveryone(new MemberLeft(Id("bob"), LeaveReason.LoggedOut))]);
        _session.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void The_session_of_an_administrator_that_logs_out_closes_after_it_has_left()
    {
        Open("ann");
        Join("bob");
        _session.LoggedOut(Id("ann")).Select(h => h.Event).ShouldBe(
        [
            new MasterChanged(Id("bob"), 2),
            new MemberLeft(Id("ann"), LeaveReason.LoggedOut),
            new SessionClosed(CloseReason.AdministratorLoggedOut),
        ]);
        _session.IsOpen.ShouldBeFalse();
        _session.HasMember(Id("bob")).ShouldBeFalse();
        _session.Knows(Id("ann")).ShouldBeFalse();
        _session.Record.SessionUsers.ShouldBeEmpty();
        _session.Record.SessionMaster.ShouldBeNull();
        _session.LoggedOut(Id("ann")).ShouldBeEmpty();
    }

    [Fact]
    public void The_session_closes_too_when_its_administrator_logs_out_from_outside()
    {
        Open("ann");
        Join("bob");
        _session.Leave(Caller("ann"));
        _session.LoggedOut(Id("ann")).ShouldBe([Outgoing.ToEveryone(new SessionClosed(CloseReason.AdministratorLoggedOut))]);
    }

    [Fact]
    public void The_session_of_an_administrator_that_stays_away_closes_once()
    {
        Open("ann");
        Join("bob");
        Join("cid");
        _session.WentAway(Id("ann"), At(0));
        _session.WentAway(Id("bob"), At(0));

        var happened = _session.Expire(At(30)).Select(h => h.Event).ToList();
        happened.ShouldContain(new MemberLeft(Id("ann"), LeaveReason.Lost));
        happened[^1].ShouldBe(new SessionClosed(CloseReason.AdministratorLost));
        happened.OfType<SessionClosed>().Count().ShouldBe(1);
        happened.ShouldNotContain(new MemberLeft(Id("bob"), LeaveReason.Lost));
        _session.AwaitsSomebody.ShouldBeFalse();
        _session.Expire(At(31)).ShouldBeEmpty();
    }

    [Fact]
    public void An_administrator_outside_has_a_grace_period_too()
    {
        Open("ann");
        Join("bob");
        _session.Leave(Caller("ann"));
        _session.WentAway(Id("ann"), At(0)).ShouldBe([Outgoing.ToEveryone(new AdministratorWentAway(Id("ann"), At(0)))]);
        _session.WentAway(Id("ann"), At(1)).ShouldBeEmpty();
        _session.AwaitsSomebody.ShouldBeTrue();
        _session.Expire(At(29)).ShouldBeEmpty();
        _session.Expire(At(30)).ShouldBe([Outgoing.ToEveryone(new SessionClosed(CloseReason.AdministratorLost))]);
    }

    [Fact]
    public void An_administrator_outside_that_returns_in_time_keeps_the_session()
    {
        Open("ann");
        _session.Leave(Caller("ann"));
        _session.WentAway(Id("ann"), At(0));
        _session.Returned(Id("ann"), At(5)).ShouldBe([Outgoing.ToEveryone(new AdministratorReturned(Id("ann")))]);
        _session.Returned(Id("ann"), At(6)).ShouldBeEmpty();
        _session.AwaitsSomebody.ShouldBeFalse();
        _session.Expire(At(100)).ShouldBeEmpty();
    }

    [Fact]
    public void An_administrator_that_joins_again_is_not_lost_any_more()
    {
        Open("ann");
        _session.Leave(Caller("ann"));
        _session.WentAway(Id("ann"), At(0));
        Join("ann");
        _session.AwaitsSomebody.ShouldBeFalse();
        _session.Expire(At(100)).ShouldBeEmpty();
    }

    [Fact]
    public void Members_and_the_administrator_may_read_and_nobody_else()
    {
        Open("ann");
        Join("bob");
        _session.Leave(Caller("ann"));
        _session.DemandReader(Id("ann"));
        _session.DemandReader(Id("bob"));
        RefusalOf(() => _session.DemandReader(Id("cid"))).ShouldBe(RefusalCode.NotJoined);
        _session.LoggedOut(Id("ann"));
        RefusalOf(() => _session.DemandReader(Id("ann"))).ShouldBe(RefusalCode.NotJoined);
    }

    [Fact]
    public void After_a_restart_everybody_is_away_and_has_the_grace_period_to_come_back()
    {
        Open("ann");
        Join("bob");
        var restored = new Session(_limits);
        restored.Restore(_session.State!, At(1000));

        restored.Record.SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
        restored.Record.SessionUserDefinitions.ShouldAllBe(m => m.Presence == Presence.Away);
        restored.Record.SessionMaster.ShouldBe(Id("ann"));
        restored.AwaitsSomebody.ShouldBeTrue();
        restored.Returned(Id("ann"), At(1010)).ShouldHaveSingleItem();
        restored.Expire(At(1029)).ShouldBeEmpty();
        restored.Expire(At(1030)).ShouldBe([Outgoing.ToEveryone(new MemberLeft(Id("bob"), LeaveReason.Lost))]);
    }

    [Fact]
    public void After_a_restart_an_administrator_outside_is_away_as_well()
    {
        Open("ann");
        Join("bob");
        _session.Leave(Caller("ann"));
        var restored = new Session(_limits);
        restored.Restore(_session.State!, At(1000));
        restored.Returned(Id("bob"), At(1001));
        restored.Expire(At(1030)).Select(h => h.Event).ShouldBe([new SessionClosed(CloseReason.AdministratorLost)]);
    }

    [Fact]
    public void Ordinals_go_on_after_a_restart()
    {
        Open("ann");
        Join("bob");
        var restored = new Session(_limits);
        restored.Restore(_session.State!, At(0));
        restored.Join(Caller("aaa"), new JoinSession(Concert));
        restored.Record.SessionUsers.ShouldBe([Id("ann"), Id("bob"), Id("aaa")]);
    }

    [Fact]
    public void The_record_is_the_same_object_until_something_changes()
    {
        Open("ann");
        var before = _session.Record;
        _session.SendMessage(Caller("ann"), new SendMessage(Text("hello")));
        _session.Record.ShouldBeSameAs(before);
        Join("bob");
        _session.Record.ShouldNotBeSameAs(before);
    }

    private IReadOnlyList<Outgoing> Open(string user) => _session.Open(Concert, Caller(user), Add());

    private IReadOnlyList<Outgoing> Join(string user) => _session.Join(Caller(user), new JoinSession(Concert));

    private Presence PresenceOf(string user) => _session.Record.SessionUserDefinitions.Single(m => m.UserId == Id(user)).Presence;

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private void Refused(RefusalCode code, Func<IReadOnlyList<Outgoing>> command)
    {
        var before = _session.State;
        RefusalOf(() => command()).ShouldBe(code);
        _session.State.ShouldBeSameAs(before);
    }
}
