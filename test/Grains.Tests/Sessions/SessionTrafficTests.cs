using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

public sealed class SessionTrafficTests
{
    private static readonly SessionId Concert = new("concert");

    private readonly Session _session = new(new Limits());

    /// <summary>Ann is master, bob is a member, cid is not.</summary>
    public SessionTrafficTests()
    {
        _session.Open(Concert, Caller("ann"), Add());
        _session.Join(Caller("bob"), new JoinSession(Concert));
    }

    [Fact]
    public void A_message_to_all_reaches_its_sender_too()
    {
        var (@event, audience) = _session.SendMessage(Caller("bob"), new SendMessage(Text("hello"))).ShouldHaveSingleItem();
        @event.ShouldBe(new MessageSent(Id("bob"), "bob's name", Text("hello")));
        audience!.IsEveryone.ShouldBeTrue();
    }

    [Fact]
    public void A_message_to_one_reaches_its_devices_only()
    {
        var (_, audience) = _session.SendMessage(Caller("bob"), new SendMessage(Text("hello"), Id("ann"))).ShouldHaveSingleItem();
        audience!.Includes(Seat("ann")).ShouldBeTrue();
        audience.Includes(Seat("ann", device: 2)).ShouldBeTrue();
        audience.Includes(Seat("bob")).ShouldBeFalse();
    }

    [Fact]
    public void A_message_may_carry_anything_and_nothing_of_it_is_kept()
    {
        var before = _session.State;
        _session.SendMessage(Caller("bob"), new SendMessage(Payload.Of("null"))).ShouldHaveSingleItem().Event.ChangesState.ShouldBeFalse();
        _session.State.ShouldBeSameAs(before);
    }

    [Fact]
    public void Messages_are_refused_in_this_order()
    {
        RefusalOf(() => _session.SendMessage(Caller("cid"), new SendMessage(Text("x"), Id("nobody")))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.SendMessage(Caller("bob"), new SendMessage(Text("x"), Id("cid")))).ShouldBe(RefusalCode.TargetNotInSession);
    }

    [Theory]
    [InlineData(SceneEventRoute.ToMaster, "bob", null, SceneEventAddress.Master, "ann")]
    [InlineData(SceneEventRoute.ToMaster, "ann", null, SceneEventAddress.Master, "ann")]
    [InlineData(SceneEventRoute.ToUser, "ann", "bob", SceneEventAddress.User, "bob")]
    [InlineData(SceneEventRoute.ToUserDirect, "bob", "ann", SceneEventAddress.User, "ann")]
    [InlineData(SceneEventRoute.ToAllUsers, "ann", null, SceneEventAddress.User, "ann bob")]
    [InlineData(SceneEventRoute.ToAllUsersDirect, "bob", null, SceneEventAddress.User, "ann bob")]
    public void A_scene_event_goes_its_route(SceneEventRoute route, string from, string? to, SceneEventAddress address, string receivers)
    {
        var command = new SendSceneEvent(route, Text("e"), to is null ? null : Id(to));
        var (@event, audience) = _session.SendSceneEvent(Caller(from), command).ShouldHaveSingleItem();
        @event.ShouldBe(new SceneEventSent(Id(from), Text("e"), address));
        @event.ChangesState.ShouldBeFalse();
        new[] { "ann", "bob" }.Where(user => audience!.Includes(Seat(user))).ShouldBe(receivers.Split(' '));
    }

    [Theory]
    [InlineData(SceneEventRoute.ToMaster)]
    [InlineData(SceneEventRoute.ToUser)]
    [InlineData(SceneEventRoute.ToAllUsers)]
    [InlineData(SceneEventRoute.ToUserDirect)]
    [InlineData(SceneEventRoute.ToAllUsersDirect)]
    public void Whoever_is_no_member_is_told_that_before_anything_else(SceneEventRoute route) =>
        Refusal("cid", new SendSceneEvent(route, null, Id("nobody"), 99)).ShouldBe(RefusalCode.NotInSession);

    [Theory]
    [InlineData(SceneEventRoute.ToUser)]
    [InlineData(SceneEventRoute.ToAllUsers)]
    public void The_masters_routes_are_refused_to_others_before_the_rest_is_looked_at(SceneEventRoute route) =>
        Refusal("bob", new SendSceneEvent(route, null)).ShouldBe(RefusalCode.NotMaster);

    [Theory]
    [InlineData(SceneEventRoute.ToUser)]
    [InlineData(SceneEventRoute.ToUserDirect)]
    public void Routes_to_one_user_miss_the_target_then_the_member_then_the_data(SceneEventRoute route)
    {
        Refusal("ann", new SendSceneEvent(route, null)).ShouldBe(RefusalCode.TargetMissing);
        Refusal("ann", new SendSceneEvent(route, null, Id("cid"))).ShouldBe(RefusalCode.NotJoined);
        Refusal("ann", new SendSceneEvent(route, null, Id("bob"))).ShouldBe(RefusalCode.EventDataMissing);
        Refusal("ann", new SendSceneEvent(route, Text("e"), Id("bob"))).ShouldBeNull();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("0")]
    [InlineData("")]
    public void An_event_without_data_is_refused_on_every_route(string json)
    {
        foreach (var route in Enum.GetValues<SceneEventRoute>())
        {
            Refusal("ann", new SendSceneEvent(route, Payload.Of(json), Id("bob"))).ShouldBe(RefusalCode.EventDataMissing, $"{route}");
        }
    }

    [Theory]
    [InlineData("false")]
    [InlineData("00")]
    [InlineData("{}")]
    [InlineData("\"0\"")]
    public void Any_other_data_is_data(string json) =>
        Refusal("ann", new SendSceneEvent(SceneEventRoute.ToAllUsers, Payload.Of(json))).ShouldBeNull();

    [Fact]
    public void Without_a_master_there_is_nobody_to_send_to_and_missing_data_counts_first()
    {
        var session = new Session(new Limits());
        session.Open(Concert, Caller("ann"), Add() with { CanBeMaster = false });
        RefusalOf(() => session.SendSceneEvent(Caller("ann"), new SendSceneEvent(SceneEventRoute.ToMaster, null))).ShouldBe(RefusalCode.EventDataMissing);
        RefusalOf(() => session.SendSceneEvent(Caller("ann"), new SendSceneEvent(SceneEventRoute.ToMaster, Text("e")))).ShouldBe(RefusalCode.NoMaster);
        RefusalOf(() => session.SendSceneEvent(Caller("ann"), new SendSceneEvent(SceneEventRoute.ToAllUsers, Text("e")))).ShouldBe(RefusalCode.NotMaster);
    }

    [Fact]
    public void A_master_may_name_its_epoch_or_none()
    {
        ToAll("ann", epoch: null).ShouldBeNull();
        ToAll("ann", epoch: 1).ShouldBeNull();
        ToAll("ann", epoch: 0).ShouldBe(RefusalCode.NotMaster);
        ToAll("ann", epoch: 2).ShouldBe(RefusalCode.NotMaster);
    }

    [Fact]
    public void What_a_former_master_sends_is_refused()
    {
        _session.Leave(Caller("ann"));
        _session.Join(Caller("ann"), new JoinSession(Concert));
        ToAll("ann", epoch: null).ShouldBe(RefusalCode.NotMaster);
        ToAll("ann", epoch: 1).ShouldBe(RefusalCode.NotMaster);
        ToAll("bob", epoch: 2).ShouldBeNull();
    }

    [Fact]
    public void An_old_epoch_is_refused_even_when_its_master_is_master_again()
    {
        _session.Leave(Caller("ann"));
        _session.Join(Caller("ann"), new JoinSession(Concert));
        _session.Leave(Caller("bob"));

        _session.Record.SessionMaster.ShouldBe(Id("ann"));
        ToAll("ann", epoch: 1).ShouldBe(RefusalCode.NotMaster);
        ToAll("ann", epoch: 3).ShouldBeNull();
    }

    [Fact]
    public void A_closed_session_passes_nothing_on()
    {
        _session.LoggedOut(Id("ann"));
        RefusalOf(() => _session.SendMessage(Caller("bob"), new SendMessage(Text("x")))).ShouldBe(RefusalCode.NotInSession);
        Refusal("bob", new SendSceneEvent(SceneEventRoute.ToAllUsersDirect, Text("e"))).ShouldBe(RefusalCode.NotInSession);
    }

    private RefusalCode? ToAll(string user, long? epoch) =>
        Refusal(user, new SendSceneEvent(SceneEventRoute.ToAllUsers, Text("e"), MasterEpoch: epoch));

    private RefusalCode? Refusal(string user, SendSceneEvent command) => RefusalOf(() => _session.SendSceneEvent(Caller(user), command));
}
