using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

public sealed class RoomGrainTests() : RoomGrainSuite(copyMessages: false);

public abstract class RoomGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    [Fact]
    public async Task The_keys_of_one_do_not_make_those_of_another_forgotten()
    {
        await Login("ann");
        await Login("bob");
        var concert = (await User("ann").AddSession(Caller("ann"), AddWithRooms())).Session.SessionId;
        await Join("bob", concert);
        var session = Host.Session(concert);
        await session.JoinRoom(Caller("bob"), new JoinRoom(Box));
        var first = await session.LeaveRoom(Caller("bob"), new LeaveRoom("bob's key"));
        for (var i = 0; i <= Host.Setup.Limits.KeysPerGrainMax; i++)
        {
            await session.SendMessage(Caller("ann"), new SendMessage(Text("x"), null, $"key {i}"));
        }

        (await session.LeaveRoom(Caller("bob"), new LeaveRoom("bob's key"))).ShouldBe(first);
    }

    [Fact]
    public async Task Of_a_thousand_who_enter_a_room_for_a_hundred_at_once_a_hundred_are_in_it()
    {
        const int All = 1_000;
        const int Places = 100;
        var hall = new RoomId("hall");
        await Login("ann");
        var add = new AddSession("Concert", new ScenarioDefinition("stage", ScenarioRooms: [new Room(hall.Value, "Hall", RoomCapacity: Places)]));
        var concert = (await User("ann").AddSession(Caller("ann"), add)).Session.SessionId;
        var users = Enumerable.Range(0, All).Select(i => $"user-{i}").ToList();
        await Task.WhenAll(users.Select(user => Enter(user, concert)));

        var answers = await Task.WhenAll(users.Select(user => RefusalOf(Host.Session(concert).JoinRoom(Caller(user), new JoinRoom(hall)))));

        answers.Count(a => a is null).ShouldBe(Places);
        answers.Count(a => a == RefusalCode.RoomFull).ShouldBe(All - Places);
        var room = (await Host.Session(concert).GetRooms(Caller("ann"))).Rooms.Single();
        room.RoomUsers.ShouldBe(users.Where((_, i) => answers[i] is null).Select(Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Who_is_in_which_room_is_known_after_a_restart()
    {
        var concert = await OpenWithRooms("ann");
        await Host.Session(concert).JoinRoom(Caller("ann"), new JoinRoom(Box));
        await Restart();
        (await Host.Session(concert).GetRoom(Caller("ann"))).Room.RoomUsers.ShouldBe([Id("ann")]);
    }

    [Fact]
    public async Task The_same_key_moves_once()
    {
        var session = Host.Session(await OpenWithRooms("ann"));
        var first = await session.JoinRoom(Caller("ann"), new JoinRoom(Box, "key-0001"));
        await session.JoinRoom(Caller("ann"), new JoinRoom(Foyer));
        (await session.JoinRoom(Caller("ann"), new JoinRoom(Box, "key-0001"))).ShouldBe(first);
        (await session.GetRoom(Caller("ann"))).Room.RoomId.ShouldBe(Foyer);
        (await RefusalOf(session.LeaveRoom(Caller("ann"), new LeaveRoom("key-0001")))).ShouldBe(RefusalCode.KeyReused);
        await session.LeaveRoom(Caller("ann"), new LeaveRoom());
        (await RefusalOf(session.GetRoom(Caller("ann")))).ShouldBe(RefusalCode.NotInRoom);
    }

    private async Task<SessionId> OpenWithRooms(string user)
    {
        await Login(user);
        return (await User(user).AddSession(Caller(user), AddWithRooms())).Session.SessionId;
    }
}
