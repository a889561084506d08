using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

public sealed class SessionRoomTests
{
    private static readonly SessionId Concert = new("concert");

    private readonly Session _session = new(new Limits());

    public SessionRoomTests()
    {
        _session.Open(Concert, Caller("ann"), AddWithRooms());
        foreach (var user in new[] { "bob", "cid" })
        {
            _session.Join(Caller(user), new JoinSession(Concert));
        }
    }

    [Fact]
    public void Rooms_are_those_of_the_scenario_in_its_order_and_empty_at_first()
    {
        var rooms = _session.Rooms(Id("ann"));

        rooms.Select(r => (r.RoomRefId, r.RoomId, r.RoomName, r.RoomDescription, r.RoomCapacity)).ShouldBe(
        [
            (Foyer, Foyer, "Foyer", "By the door", 0),
            (Box, Box, "Box", null, 2),
        ]);
        rooms.ShouldAllBe(r => r.RoomUsers.IsEmpty);
    }

    [Fact]
    public void A_scenario_without_rooms_has_none()
    {
        var bare = new Session(new Limits());
        bare.Open(Concert, Caller("ann"), Add());

        bare.Rooms(Id("ann")).ShouldBeEmpty();
        RefusalOf(() => bare.JoinRoom(Caller("ann"), new JoinRoom(Foyer))).ShouldBe(RefusalCode.RoomNotFound);
    }

    [Fact]
    public void Entering_a_room_is_told_to_everyone_and_shown_in_the_order_of_entering()
    {
        Join("bob", Foyer).ShouldBe([Outgoing.ToEveryone(new MemberJoinedRoom(Id("bob"), Foyer))]);
        Join("ann", Foyer);

        _session.Room(Id("bob")).RoomUsers.ShouldBe([Id("bob"), Id("ann")]);
        _session.Record.SessionUserDefinitions.Select(m => m.RoomId).ShouldBe([Foyer, Foyer, null]);
    }

    [Fact]
    public void Entering_the_same_room_again_is_fine_and_no_news()
    {
        Join("bob", Box);
        Join("ann", Box);

        Join("bob", Box).ShouldBeEmpty("a full room does not refuse whoever is in it");
    }

    [Fact]
    public void Moving_is_leaving_and_entering_in_one_step()
    {
        Join("bob", Foyer);

        Join("bob", Box).Select(h => h.Event).ShouldBe([new MemberLeftRoom(Id("bob"), Foyer), new MemberJoinedRoom(Id("bob"), Box)]);
        Users(Foyer).ShouldBeEmpty();
        Users(Box).ShouldBe([Id("bob")]);
    }

    [Fact]
    public void A_move_into_a_full_room_is_refused_whole()
    {
        Join("ann", Box);
        Join("bob", Box);
        Join("cid", Foyer);
        var before = _session.State;

        RefusalOf(() => Join("cid", Box)).ShouldBe(RefusalCode.RoomFull);

        _session.State.ShouldBeSameAs(before);
        Users(Foyer).ShouldBe([Id("cid")]);
    }

    [Fact]
    public void A_place_that_was_left_is_free_again()
    {
        Join("ann", Box);
        Join("bob", Box);
        _session.LeaveRoom(Caller("ann")).ShouldBe([Outgoing.ToEveryone(new MemberLeftRoom(Id("ann"), Box))]);
        Join("cid", Box);

        Users(Box).ShouldBe([Id("bob"), Id("cid")]);
    }

    [Fact]
    public void Who_leaves_the_session_leaves_its_room_without_a_word_of_its_own()
    {
        Join("bob", Box);
        Join("cid", Box);

        _session.Leave(Caller("bob")).Select(h => h.Event.GetType()).ShouldBe([typeof(MemberLeft)]);
        _session.LoggedOut(Id("cid"));

        Users(Box).ShouldBeEmpty();
        _session.State!.Rooms.ShouldBeEmpty();
        _session.Join(Caller("bob"), new JoinSession(Concert));
        RefusalOf(() => _session.Room(Id("bob"))).ShouldBe(RefusalCode.NotInRoom);
    }

    [Fact]
    public void Who_is_lost_keeps_its_place_for_the_grace_period()
    {
        Join("bob", Box);
        _session.WentAway(Id("bob"), Start);
        Users(Box).ShouldBe([Id("bob")]);
        _session.Expire(Start + TimeSpan.FromSeconds(31));
        Users(Box).ShouldBeEmpty();
    }

    [Fact]
    public void Refusals_come_in_the_order_of_the_checks()
    {
        RefusalOf(() => Join("dan", new RoomId("nowhere"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.LeaveRoom(Caller("dan"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.Room(Id("dan"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.Rooms(Id("dan"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => Join("ann", new RoomId("nowhere"))).ShouldBe(RefusalCode.RoomNotFound);
        RefusalOf(() => _session.LeaveRoom(Caller("ann"))).ShouldBe(RefusalCode.NotInRoom);
        RefusalOf(() => _session.Room(Id("ann"))).ShouldBe(RefusalCode.NotInRoom);
    }

    [Fact]
    public void The_end_of_the_session_empties_its_rooms()
    {
        Join("bob", Box);
        _session.Leave(Caller("ann"));
        _session.LoggedOut(Id("ann"));

        _session.IsOpen.ShouldBeFalse();
        _session.State!.Rooms.ShouldBeEmpty();
    }

    private IReadOnlyList<Outgoing> Join(string user, RoomId room) => _session.JoinRoom(Caller(user), new JoinRoom(room));

    private ImmutableArray<UserId> Users(RoomId room) => _session.Rooms(Id("ann")).Single(r => r.RoomId == room).RoomUsers;
}
