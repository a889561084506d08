using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>The part of the shell that is about rooms and what members show of themselves.</summary>
public sealed partial class SessionGrain
{
    public Task<Position?> SetUserData(UserId user, MemberData data)
    {
        Live(() => _session.SetUserData(user, data));
        return Task.FromResult<Position?>(_session.HasMember(user) ? _source.At : null);
    }

    public Task<RoomsAt> GetRooms(Caller caller) => Task.FromResult(new RoomsAt(_session.Rooms(caller.User), _source.At));

    public Task<RoomAt> GetRoom(Caller caller) => Task.FromResult(new RoomAt(_session.Room(caller.User), _source.At));

    public Task<Position> JoinRoom(Caller caller, JoinRoom command) => KeptIfKeyed(command.Key, _commit.Live(
        CommandKeys.Of(caller, command.Key),
        () => _session.JoinRoom(caller, command),
        () => _source.At));

    public Task<Position> LeaveRoom(Caller caller, LeaveRoom command) => KeptIfKeyed(command.Key, _commit.Live(
        CommandKeys.Of(caller, command.Key),
        () => _session.LeaveRoom(caller),
        () => _source.At));
}
