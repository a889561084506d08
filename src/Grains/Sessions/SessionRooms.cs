using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>The rooms of the scenario, and who is in them. A member is in one room at most, and its seat there ends with its membership, in the same step.</summary>
public sealed partial class Session
{
    /// <summary>All rooms, in the order of the scenario.</summary>
    public ImmutableArray<RoomInstance> Rooms(UserId reader)
    {
        DemandMember(reader);
        return [.. DefinedRooms.DistinctBy(room => room.RoomId).Select(Instance)];
    }

    /// <summary>The room that the member is in.</summary>
    public RoomInstance Room(UserId member) => Instance(Defined(DemandRoom(member))!);

    public IReadOnlyList<Outgoing> JoinRoom(Caller caller, JoinRoom command)
    {
        DemandMember(caller.User);
        var room = Defined(command.RoomId) ?? throw new Refusal(RefusalCode.RoomNotFound, "There is no such room in the scenario of this session.");
        var present = State!.Members[caller.User].Room;
        if (present == command.RoomId)
        {
            return [];
        }

        Demand(room.RoomCapacity <= 0 || UsersIn(command.RoomId).Count < room.RoomCapacity, RefusalCode.RoomFull, "The room is full.");
        var joined = Outgoing.ToEveryone(new MemberJoinedRoom(caller.User, command.RoomId));
        return present is { } left ? Happened(Outgoing.ToEveryone(new MemberLeftRoom(caller.User, left)), joined) : Happened(joined);
    }

    public IReadOnlyList<Outgoing> LeaveRoom(Caller caller) =>
        Happened(Outgoing.ToEveryone(new MemberLeftRoom(caller.User, DemandRoom(caller.User))));

    private ImmutableArray<Room> DefinedRooms => State!.Opening.Scenario.ScenarioRooms ?? [];

    private Room? Defined(RoomId id) => DefinedRooms.FirstOrDefault(room => room.RoomId == id.Value);

    private ImmutableList<UserId> UsersIn(RoomId room) => State!.Rooms.GetValueOrDefault(room, []);

    private RoomId DemandRoom(UserId user)
    {
        DemandMember(user);
        return State!.Members[user].Room ?? throw new Refusal(RefusalCode.NotInRoom, "The user is not in any room.");
    }

    private RoomInstance Instance(Room room)
    {
        var id = new RoomId(room.RoomId);
        return new RoomInstance(id, id, room.RoomName, room.RoomDescription, room.RoomCapacity, [.. UsersIn(id)]);
    }

    private static SessionState WithRoom(SessionState state, MemberJoinedRoom joined) => state with
    {
        Members = state.Members.SetItem(joined.User, state.Members[joined.User] with { Room = joined.Room }),
        Rooms = state.Rooms.SetItem(joined.Room, state.Rooms.GetValueOrDefault(joined.Room, []).Add(joined.User)),
    };

    private static SessionState WithoutRoom(SessionState state, UserId user)
    {
        var member = state.Members[user];
        if (member.Room is not { } room)
        {
            return state;
        }

        var others = state.Rooms[room].Remove(user);
        return state with
        {
            Members = state.Members.SetItem(user, member with { Room = null }),
            Rooms = others.IsEmpty ? state.Rooms.Remove(room) : state.Rooms.SetItem(room, others),
        };
    }
}
