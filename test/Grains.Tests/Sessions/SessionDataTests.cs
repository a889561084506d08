using Orchestrator.Delivery;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

public sealed class SessionDataTests
{
    private static readonly SessionId Concert = new("concert");
    private static readonly Payload Hat = Payload.Of("""{"hat":1}""");
    private static readonly Payload Scarf = Payload.Of("""{"scarf":1}""");

    private readonly Session _session = new(new Limits());

    public SessionDataTests()
    {
        _session.Open(Concert, Caller("ann"), Add(), Shows(null, 1));
        _session.Join(Caller("bob"), new JoinSession(Concert), Shows(Hat, 5));
    }

    [Fact]
    public void A_joiner_shows_its_data_at_once()
    {
        _session.Join(Caller("cid"), new JoinSession(Concert), Shows(Scarf, 1)).Select(h => h.Event)
            .ShouldBe([new MemberJoined(new MemberRecord(Id("cid"), "cid's name", true, Presence.Online, Scarf), new Position(1, 1))]);
        _session.Record.SessionUserDefinitions.Select(m => m.UserData).ShouldBe([null, Hat, Scarf]);
    }

    [Fact]
    public void A_change_is_told_to_everyone_the_user_included()
    {
        _session.SetUserData(Id("bob"), Shows(Scarf, 6)).ShouldBe([Outgoing.ToEveryone(new MemberDataChanged(Id("bob"), Scarf, new Position(1, 6)))]);
        Data("bob").ShouldBe(Scarf);
        _session.SetUserData(Id("bob"), Shows(null, 7)).Count.ShouldBe(1);
        Data("bob").ShouldBeNull();
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(1, 4)]
    [InlineData(0, 9)]
    public void What_was_overtaken_is_ignored(long epoch, long seq)
    {
        var before = _session.State;
        _session.SetUserData(Id("bob"), new MemberData(Scarf, new Position(epoch, seq))).ShouldBeEmpty();
        _session.Returned(Id("bob"), Start, new MemberData(Scarf, new Position(epoch, seq))).ShouldBeEmpty();
        _session.State.ShouldBeSameAs(before);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    public void An_activation_of_a_user_is_old_when_a_later_one_has_been_here(long epoch, bool isOld)
    {
        _session.HasHeardOfLater(Id("bob"), epoch).ShouldBe(isOld);
        _session.HasHeardOfLater(Id("ann"), epoch).ShouldBe(isOld);
        _session.Leave(Caller("ann"));
        _session.HasHeardOfLater(Id("ann"), epoch).ShouldBe(isOld);
    }

    [Fact]
    public void So_it_is_of_an_administrator_outside()
    {
        _session.Leave(Caller("ann"));
        _session.Returned(Id("ann"), Start, new MemberData(null, new Position(3, 1)));
        _session.Returned(Id("ann"), Start, new MemberData(null, new Position(2, 1)));
        _session.HasHeardOfLater(Id("ann"), 2).ShouldBeTrue();
        _session.HasHeardOfLater(Id("ann"), 3).ShouldBeFalse();
    }

    [Fact]
    public void A_change_to_what_it_is_already_is_told_too() => _session.SetUserData(Id("bob"), Shows(Hat, 6)).Single().Audience.ShouldBe(Audience.Everyone);

    [Fact]
    public void Data_of_somebody_who_is_no_member_is_nobodys_news() => _session.SetUserData(Id("dan"), Shows(Hat, 1)).ShouldBeEmpty();

    [Fact]
    public void Who_returns_tells_only_what_has_changed()
    {
        _session.Returned(Id("bob"), Start, Shows(Hat, 6)).ShouldAllBe(h => h.Audience == null);
        _session.SetUserData(Id("bob"), Shows(Scarf, 6)).ShouldBeEmpty();
        _session.WentAway(Id("bob"), Start);

        _session.Returned(Id("bob"), Start, Shows(Scarf, 7)).Select(h => h.Event)
            .ShouldBe([new MemberReturned(Id("bob")), new MemberDataChanged(Id("bob"), Scarf, new Position(1, 7))]);
    }

    [Fact]
    public void What_carries_data_counts_its_bytes()
    {
        var large = new Payload(new byte[10_000]);
        new MemberDataChanged(Id("bob"), large, default).Bytes.ShouldBeGreaterThan(10_000);
        new MemberJoined(new MemberRecord(Id("bob"), "bob", true, Presence.Online, large)).Bytes.ShouldBeGreaterThan(10_000);
    }

    private Payload? Data(string user) => _session.Record.SessionUserDefinitions.Single(m => m.UserId == Id(user)).UserData;

    private static MemberData Shows(Payload? data, long at) => new(data, new Position(1, at));
}
