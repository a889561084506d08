using Orchestrator.Rooms;
using Orchestrator.Sessions;

namespace Orchestrator.Api;

/// <summary>Commands about the rooms of the caller's session.</summary>
public sealed class RoomCommands
{
    private readonly IGrainFactory _grains;

    public RoomCommands(IGrainFactory grains)
    {
        _grains = grains;
        GetRooms = new("GetRooms", List);
        GetRoomInfo = new("GetRoomInfo", Get);
        JoinRoom = new("JoinRoom", Join, static (p, limits) => Validation.Key(p.Key, limits));
        LeaveRoom = new("LeaveRoom", Leave, static (p, limits) => Validation.Key(p.Key, limits));
    }

    public Command<NoParameters, IReadOnlyDictionary<RoomId, RoomInstance>> GetRooms { get; }

    public Command<NoParameters, RoomInstance> GetRoomInfo { get; }

    public Command<JoinRoom, Nothing> JoinRoom { get; }

    public Command<LeaveRoom, Nothing> LeaveRoom { get; }

    private async Task<Answer<IReadOnlyDictionary<RoomId, RoomInstance>>> List(CommandContext context, NoParameters parameters)
    {
        var session = context.Session;
        var rooms = await Grain(session).GetRooms(context.User);
        return new(rooms.Rooms.ToDictionary(room => room.RoomId), Place.Of(session.Value, rooms.At));
    }

    private async Task<Answer<RoomInstance>> Get(CommandContext context, NoParameters parameters)
    {
        var session = context.Session;
        var room = await Grain(session).GetRoom(context.User);
        return new(room.Room, Place.Of(session.Value, room.At));
    }

    private async Task<Answer<Nothing>> Join(CommandContext context, JoinRoom parameters)
    {
        var session = context.Session;
        return new(new Nothing(), Place.Of(session.Value, await Grain(session).JoinRoom(context.User, parameters)));
    }

    private async Task<Answer<Nothing>> Leave(CommandContext context, LeaveRoom parameters)
    {
        var session = context.Session;
        return new(new Nothing(), Place.Of(session.Value, await Grain(session).LeaveRoom(context.User, parameters)));
    }

    private ISessionGrain Grain(SessionId session) => _grains.GetGrain<ISessionGrain>(session.Value);
}
