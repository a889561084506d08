using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class UserTests
{
    private static readonly SessionId Concert = new("concert");
    private static readonly SessionId Rehearsal = new("rehearsal");
    private static readonly DeviceId Phone = new("phone");
    private static readonly DeviceId Laptop = new("laptop");
    private static readonly ConnectionId First = new("c1");
    private static readonly ConnectionId Second = new("c2");

    private readonly Limits _limits = new() { GraceSeconds = 30, DevicesPerUserMax = 2, SessionsPerUserMax = 2 };
    private readonly User _user;

    public UserTests() => _user = new User(_limits);

    [Fact]
    public void A_connection_that_was_opened_earlier_does_not_supersede_a_later_one()
    {
        var earlier = new ConnectionId("earlier", DateTimeOffset.UnixEpoch);
        var later = new ConnectionId("later", DateTimeOffset.UnixEpoch.AddSeconds(1));
        _user.Login(Phone, new ConnectionId("first", DateTimeOffset.UnixEpoch));
        _user.Resume(Phone, later);

        RefusalOf(() => _user.Resume(Phone, earlier)).ShouldBe(RefusalCode.ResumeExpired);
        _user.State.Devices[Phone].Connection.ShouldBe(later);
    }

    [Fact]
    public void A_device_that_is_heard_of_without_a_login_counts_as_lost_and_a_known_one_stays_what_it_is()
    {
        _user.HeardOf(Phone, DateTimeOffset.UnixEpoch).Count.ShouldBe(1);
        _user.IsForgotten.ShouldBeFalse();
        _user.IsOnline.ShouldBeFalse();
        _user.Login(Laptop, First);
        _user.HeardOf(Laptop, DateTimeOffset.UnixEpoch).ShouldBeEmpty();
        _user.HeardOf(new DeviceId("one too many"), DateTimeOffset.UnixEpoch).ShouldBeEmpty();
        _user.Expire(DateTimeOffset.UnixEpoch + _limits.Grace).Count.ShouldBe(1);
        _user.State.Devices.Keys.ShouldBe([Laptop]);
    }

    [Fact]
    public void A_user_that_is_here_is_shown_with_what_is_known_of_it()
    {
        _user.Record(Id("ann")).ShouldBeNull();
        _user.Login(Phone, First);
        _user.Identify(Caller("ann") with { Role = Role.Administrator }).Count.ShouldBe(1);
        _user.Record(Id("ann")).ShouldBe(new UserRecord(Id("ann"), "ann's name", true, Payload.EmptyObject, Presence.Online, null));

        _user.ChangeData(new ChangeUserData(Payload.Of("""{"hat":1}""")));
        _user.TakeUp(Concert);
        _user.Lose(Phone, First, DateTimeOffset.UnixEpoch);
        _user.Record(Id("ann")).ShouldBe(new UserRecord(Id("ann"), "ann's name", true, Payload.Of("""{"hat":1}"""), Presence.Away, Concert));
        _user.Identify(Caller("ann") with { Role = Role.Administrator }).ShouldBeEmpty();
        _user.Logout(Phone);
        _user.Record(Id("ann")).ShouldBeNull();
    }

    [Fact]
    public void A_session_that_closed_under_the_user_is_not_shown_and_can_still_be_left()
    {
        _user.Login(Phone, First);
        _user.TakeUp(Concert);
        _user.ClosedUnder(Rehearsal).ShouldBeEmpty();
        _user.ClosedUnder(Concert).Count.ShouldBe(1);
        _user.ClosedUnder(Concert).ShouldBeEmpty();
        _user.Record(Id("ann"))!.SessionId.ShouldBeNull();
        _user.State.Session.ShouldBe(Concert);
        _user.GiveUp(Concert).Count.ShouldBe(1);
        _user.TakeUp(Rehearsal);
        _user.Record(Id("ann"))!.SessionId.ShouldBe(Rehearsal);
    }

    [Fact]
    public void Of_an_accounts_data_the_newer_version_counts_whatever_came_first()
    {
        _user.TakeData(new StoredUserData(Payload.Of("""{"n":2}"""), 2)).Count.ShouldBe(1);
        _user.TakeData(new StoredUserData(Payload.Of("""{"n":1}"""), 1)).ShouldBeEmpty();
        _user.TakeData(new StoredUserData(Payload.Of("""{"n":2}"""), 2)).ShouldBeEmpty();
        _user.State.Data.ShouldBe(Payload.Of("""{"n":2}"""));
        _user.TakeData(new StoredUserData(null, 3)).Count.ShouldBe(1);
        _user.State.Data.ShouldBeNull();
    }

    [Fact]
    public void A_user_that_nobody_logged_in_as_is_forgotten_and_nowhere()
    {
        _user.IsForgotten.ShouldBeTrue();
        _user.IsOnline.ShouldBeFalse();
        _user.Stored.ShouldBeNull();
        _user.Sessions.ShouldBeEmpty();
    }

    [Fact]
    public void A_login_brings_a_device_online_and_is_nobodys_news()
    {
        _user.Login(Phone, First).ShouldBe([Outgoing.Silent(new DeviceConnected(Phone, First))]);
        _user.IsOnline.ShouldBeTrue();
        _user.IsForgotten.ShouldBeFalse();
    }

    [Fact]
    public void A_login_supersedes_the_connection_that_the_device_had()
    {
        _user.Login(Phone, First);
        var happened = _user.Login(Phone, Second);

        happened[^1].Event.ShouldBe(new ConnectionSuperseded(First));
        happened[^1].Audience!.Devices.ShouldBe([Phone]);
        happened[^1].Audience!.Includes(new Seat(First, Id("ann"), Laptop)).ShouldBeFalse();
        _user.State.Devices[Phone].Connection.ShouldBe(Second);
    }

    [Fact]
    public void The_same_connection_does_not_supersede_itself()
    {
        _user.Login(Phone, First);
        _user.Login(Phone, First).ShouldHaveSingleItem();
        _user.Resume(Phone, First).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_lost_connection_is_not_superseded()
    {
        _user.Login(Phone, First);
        _user.Lose(Phone, First, Start);
        _user.Resume(Phone, Second).ShouldHaveSingleItem().Event.ShouldBeOfType<DeviceConnected>();
    }

    [Fact]
    public void A_device_too_many_is_refused_and_a_known_one_is_not()
    {
        _user.Login(Phone, First);
        _user.Login(Laptop, Second);
        var before = _user.State;
        RefusalOf(() => _user.Login(new DeviceId("watch"), new ConnectionId("c3"))).ShouldBe(RefusalCode.LimitReached);
        _user.State.ShouldBeSameAs(before);
        _user.Login(Phone, new ConnectionId("c4"));
    }

    [Fact]
    public void Resuming_an_unknown_device_is_refused()
    {
        RefusalOf(() => _user.Resume(Phone, First)).ShouldBe(RefusalCode.ResumeExpired);
        _user.Login(Phone, First);
        _user.Logout(Phone);
        RefusalOf(() => _user.Resume(Phone, Second)).ShouldBe(RefusalCode.ResumeExpired);
    }

    [Fact]
    public void News_of_a_superseded_connection_changes_nothing()
    {
        _user.Login(Phone, First);
        _user.Login(Phone, Second);
        _user.Lose(Phone, First, Start).ShouldBeEmpty();
        _user.IsOnline.ShouldBeTrue();
        _user.Lose(Laptop, First, Start).ShouldBeEmpty();
    }

    [Fact]
    public void A_lost_connection_is_lost_once()
    {
        _user.Login(Phone, First);
        _user.Lose(Phone, First, Start).ShouldHaveSingleItem();
        _user.Lose(Phone, First, Start.AddSeconds(10)).ShouldBeEmpty();
        _user.IsOnline.ShouldBeFalse();
        _user.IsForgotten.ShouldBeFalse();
    }

    [Fact]
    public void A_user_is_online_while_one_of_its_devices_is()
    {
        _user.Login(Phone, First);
        _user.Login(Laptop, Second);
        _user.Lose(Phone, First, Start);
        _user.IsOnline.ShouldBeTrue();
        _user.Logout(Laptop);
        _user.IsOnline.ShouldBeFalse();
        _user.IsForgotten.ShouldBeFalse();
    }

    [Fact]
    public void A_lost_device_is_forgotten_after_the_grace_period_and_a_connected_one_never()
    {
        _user.Login(Phone, First);
        _user.Login(Laptop, Second);
        _user.Lose(Phone, First, Start);
        _user.Expire(Start.AddSeconds(29.9)).ShouldBeEmpty();
        _user.Expire(Start.AddSeconds(30)).ShouldBe([Outgoing.Silent(new DeviceGone(Phone))]);
        _user.Expire(Start.AddSeconds(9999)).ShouldBeEmpty();
        _user.State.Devices.Keys.ShouldBe([Laptop]);
    }

    [Fact]
    public void A_device_that_resumes_is_not_forgotten()
    {
        _user.Login(Phone, First);
        _user.Lose(Phone, First, Start);
        _user.Resume(Phone, Second);
        _user.Expire(Start.AddSeconds(60)).ShouldBeEmpty();
    }

    [Fact]
    public void Logging_out_a_device_that_is_not_there_changes_nothing() => _user.Logout(Phone).ShouldBeEmpty();

    [Fact]
    public void Taking_up_a_session_is_told_to_the_other_devices_once()
    {
        var taken = _user.TakeUp(Entered(Concert), Phone).ShouldHaveSingleItem();
        taken.Event.ShouldBe(new SessionTakenUp(Concert, new Position(1, 2)));
        taken.Audience.ShouldBe(Audience.AllBut(Phone));
        _user.State.Session.ShouldBe(Concert);
        _user.TakeUp(Entered(Concert), Laptop).ShouldBeEmpty();
    }

    [Fact]
    public void A_session_that_found_its_user_is_told_to_all_devices() =>
        _user.TakeUp(Concert).ShouldBe([Outgoing.ToEveryone(new SessionTakenUp(Concert, default))]);

    [Fact]
    public void Only_the_session_that_the_user_is_in_is_given_up()
    {
        _user.TakeUp(Concert);
        _user.GiveUp(Rehearsal).ShouldBeEmpty();
        _user.GiveUp(Concert).ShouldBe([Outgoing.ToEveryone(new SessionGivenUp(Concert))]);
        _user.GiveUp(Concert).ShouldBeEmpty();
        _user.State.Session.ShouldBeNull();
    }

    [Fact]
    public void Administered_sessions_are_kept_in_order_and_once_each()
    {
        _user.Administer(Concert);
        _user.Administer(Rehearsal);
        _user.Administer(Concert).ShouldBeEmpty();
        _user.State.Administers.ShouldBe([Concert, Rehearsal]);
        _user.GiveUpAdministration(Concert).ShouldHaveSingleItem().Audience.ShouldBeNull();
        _user.GiveUpAdministration(Concert).ShouldBeEmpty();
        _user.State.Administers.ShouldBe([Rehearsal]);
    }

    [Fact]
    public void One_session_too_many_is_refused()
    {
        _user.Administer(Concert);
        _user.DemandRoomForASession();
        _user.Administer(Rehearsal);
        RefusalOf(_user.DemandRoomForASession).ShouldBe(RefusalCode.LimitReached);
    }

    [Fact]
    public void The_sessions_to_tell_are_the_administered_ones_and_the_present_one_each_once()
    {
        _user.Administer(Concert);
        _user.Administer(Rehearsal);
        _user.TakeUp(Concert);
        _user.Sessions.ShouldBe([Concert, Rehearsal]);
    }

    [Fact]
    public void A_user_is_worth_a_record_while_somebody_may_come_back_to_it_or_it_is_somewhere()
    {
        _user.Stored.ShouldBeNull();
        _user.Login(Phone, First);
        _user.Stored.ShouldBe(_user.State);
        _user.TakeUp(Concert);
        _user.Administer(Concert);
        _user.Logout(Phone);
        _user.Stored.ShouldBe(_user.State);
        _user.GiveUp(Concert);
        _user.Stored.ShouldBe(_user.State);
        _user.GiveUpAdministration(Concert);
        _user.Stored.ShouldBeNull();
    }

    [Fact]
    public void After_a_restart_every_device_is_lost_and_may_come_back()
    {
        _user.Login(Phone, First);
        _user.Login(Laptop, Second);
        _user.TakeUp(Concert);
        var restored = new User(_limits);
        restored.Restore(_user.State, static _ => false, Start);

        restored.IsOnline.ShouldBeFalse();
        restored.IsForgotten.ShouldBeFalse();
        restored.State.Session.ShouldBe(Concert);
        restored.Resume(Phone, new ConnectionId("c3")).ShouldHaveSingleItem();
        restored.Expire(Start.AddSeconds(30)).ShouldBe([Outgoing.Silent(new DeviceGone(Laptop))]);
    }

    private static SessionEntered Entered(SessionId id)
    {
        var session = new Session(new Limits());
        session.Open(id, Caller("ann"), Add());
        return new SessionEntered(session.Record, new Position(1, 2));
    }
}
