using Orchestrator.Delivery;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

/// <summary>Who is master, and when it changes.</summary>
public sealed class SessionMasterTests
{
    private static readonly SessionId Concert = new("concert");

    private readonly Session _session = new(new Limits { GraceSeconds = 30, MasterGraceSeconds = 3 });

    [Fact]
    public void The_first_eligible_in_the_order_of_joining_is_next()
    {
        Open("zoe");
        Join("bob", canBeMaster: false);
        Join("mia");
        Join("ann");
        Leave("zoe");
        Master.ShouldBe(Id("mia"));
        Leave("mia");
        Master.ShouldBe(Id("ann"));
    }

    [Fact]
    public void The_successor_is_elected_before_the_others_are_told_that_the_master_left()
    {
        Open("ann");
        Join("bob");
        var happened = _session.Leave(Caller("ann"));

        happened.Select(h => h.Event).ShouldBe([new MasterChanged(Id("bob"), 2), new MemberLeft(Id("ann"), LeaveReason.Left)]);
        happened[0].Audience!.IsEveryone.ShouldBeTrue();
    }

    [Fact]
    public void A_join_does_not_move_the_mastership()
    {
        Open("ann");
        Join("bob").Select(h => h.Event).OfType<MasterChanged>().ShouldBeEmpty();
        Master.ShouldBe(Id("ann"));
    }

    [Fact]
    public void A_former_master_that_comes_back_is_not_master_again()
    {
        Open("ann");
        Join("bob");
        Leave("ann");
        Join("ann");
        Master.ShouldBe(Id("bob"));
    }

    [Fact]
    public void A_creator_that_cannot_be_master_is_not()
    {
        _session.Open(Concert, Caller("ann"), Add() with { CanBeMaster = false });
        Master.ShouldBeNull();
        _session.Record.MasterEpoch.ShouldBe(0);
        Join("bob");
        Master.ShouldBe(Id("bob"));
        _session.Record.MasterEpoch.ShouldBe(1);
    }

    [Fact]
    public void Without_an_eligible_member_there_is_no_master()
    {
        Open("ann");
        Join("bob", canBeMaster: false);
        _session.Leave(Caller("ann")).Select(h => h.Event).First().ShouldBe(new MasterChanged(null, 2));
        Master.ShouldBeNull();
    }

    [Fact]
    public void The_leave_of_another_member_elects_nobody()
    {
        Open("ann");
        Join("bob");
        Join("cid");
        Leave("bob").ShouldHaveSingleItem().Event.ShouldBeOfType<MemberLeft>();
        _session.Record.MasterEpoch.ShouldBe(1);
    }

    [Fact]
    public void One_who_is_there_is_elected_before_one_who_is_away()
    {
        Open("ann");
        Join("bob");
        Join("cid");
        _session.WentAway(Id("bob"), Start);
        Leave("ann");
        Master.ShouldBe(Id("cid"));
    }

    [Fact]
    public void When_all_are_away_the_first_of_them_is_elected()
    {
        Open("ann");
        Join("bob");
        Join("cid");
        _session.WentAway(Id("cid"), Start);
        _session.WentAway(Id("bob"), Start);
        Leave("ann");
        Master.ShouldBe(Id("bob"));
    }

    [Fact]
    public void A_lost_master_stays_master_for_its_grace_period()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("ann"), Start);
        _session.Expire(Start.AddSeconds(2.9)).ShouldBeEmpty();
        Master.ShouldBe(Id("ann"));
        _session.Expire(Start.AddSeconds(3)).ShouldBe([Outgoing.ToEveryone(new MasterChanged(Id("bob"), 2))]);
        _session.HasMember(Id("ann")).ShouldBeTrue();
    }

    [Fact]
    public void A_lost_master_that_returns_in_time_stays_master()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("ann"), Start);
        _session.Returned(Id("ann"), Start.AddSeconds(2));
        _session.Expire(Start.AddSeconds(10)).ShouldBeEmpty();
        Master.ShouldBe(Id("ann"));
    }

    [Fact]
    public void A_lost_master_is_replaced_only_when_somebody_eligible_is_there()
    {
        Open("ann");
        Join("bob", canBeMaster: false);
        Join("cid");
        _session.WentAway(Id("cid"), Start);
        _session.WentAway(Id("ann"), Start);
        _session.Expire(Start.AddSeconds(5)).ShouldBeEmpty();
        Master.ShouldBe(Id("ann"));

        _session.Returned(Id("cid"), Start.AddSeconds(6)).Select(h => h.Event)
            .ShouldBe([new MemberReturned(Id("cid")), new MasterChanged(Id("cid"), 2)]);
    }

    [Fact]
    public void A_lost_master_is_replaced_by_one_who_joins_after_its_grace_period()
    {
        Open("ann");
        _session.WentAway(Id("ann"), Start);
        _session.Expire(Start.AddSeconds(5)).ShouldBeEmpty();
        Join("bob");
        _session.Expire(Start.AddSeconds(6));
        Master.ShouldBe(Id("bob"));
    }

    [Fact]
    public void A_lost_master_that_returns_first_of_all_stays_master()
    {
        Open("ann");
        Join("bob");
        _session.WentAway(Id("bob"), Start);
        _session.WentAway(Id("ann"), Start);
        _session.Expire(Start.AddSeconds(10));
        _session.Returned(Id("ann"), Start.AddSeconds(11)).ShouldBe([Outgoing.ToEveryone(new MemberReturned(Id("ann")))]);
        Master.ShouldBe(Id("ann"));
    }

    [Fact]
    public void A_master_whose_seat_expires_is_replaced_before_it_leaves()
    {
        var session = new Session(new Limits { GraceSeconds = 30, MasterGraceSeconds = 60 });
        session.Open(Concert, Caller("ann"), Add() with { CanBeMaster = false });
        session.Join(Caller("bob"), new JoinSession(Concert));
        session.Join(Caller("cid"), new JoinSession(Concert));
        session.WentAway(Id("bob"), Start);
        session.Expire(Start.AddSeconds(30)).Select(h => h.Event)
            .ShouldBe([new MasterChanged(Id("cid"), 2), new MemberLeft(Id("bob"), LeaveReason.Lost)]);
    }

    [Fact]
    public void The_epoch_counts_masters()
    {
        Open("ann");
        Join("bob");
        Leave("ann");
        Join("ann");
        Leave("bob");
        _session.Record.MasterEpoch.ShouldBe(3);
        Leave("ann");
        Master.ShouldBeNull();
        _session.Record.MasterEpoch.ShouldBe(4);
    }

    private UserId? Master => _session.Record.SessionMaster;

    private void Open(string user) => _session.Open(Concert, Caller(user), Add());

    private IReadOnlyList<Outgoing> Join(string user, bool canBeMaster = true) => _session.Join(Caller(user), new JoinSession(Concert, canBeMaster));

    private IReadOnlyList<Outgoing> Leave(string user) => _session.Leave(Caller(user));
}
