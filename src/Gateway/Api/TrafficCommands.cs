using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>A message to all members of the caller's session, the caller included.</summary>
public sealed record MessageToAllParameters(Payload Message, string? Key = null);

/// <summary>A message to one member of the caller's session.</summary>
public sealed record MessageParameters(UserId UserId, Payload Message, string? Key = null);

/// <summary>A scene event without an addressee of its own.</summary>
/// <param name="Event">Any JSON value; passed on unread.</param>
public sealed record SceneEventParameters(Payload? Event = null);

/// <summary>A scene event of the master to all.</summary>
/// <param name="MasterEpoch">The epoch in which the sender believes to be master; an old one is refused.</param>
public sealed record MasterEventParameters(Payload? Event = null, long? MasterEpoch = null);

/// <summary>A scene event of the master to one member.</summary>
public sealed record UserEventParameters(UserId? UserId = null, Payload? Event = null, long? MasterEpoch = null);

/// <summary>A scene event of any member to one member.</summary>
public sealed record DirectEventParameters(UserId? UserId = null, Payload? Event = null);

/// <summary>Commands that members send each other something with.</summary>
public sealed class TrafficCommands
{
    private readonly IGrainFactory _grains;

    public TrafficCommands(IGrainFactory grains)
    {
        _grains = grains;
        SendMessageToAll = new("SendMessageToAll", ToAll, static (p, limits) => Validation.Key(p.Key, limits));
        SendMessage = new("SendMessage", ToOne, static (p, limits) => Validation.Key(p.Key, limits));
        SendSceneEventToMaster = new(
            "SendSceneEventToMaster", (c, p) => Send(c, new(SceneEventRoute.ToMaster, p.Event)));
        SendSceneEventToUser = new(
            "SendSceneEventToUser", (c, p) => Send(c, new(SceneEventRoute.ToUser, p.Event, p.UserId, p.MasterEpoch)));
        SendSceneEventToAllUsers = new(
            "SendSceneEventToAllUsers", (c, p) => Send(c, new(SceneEventRoute.ToAllUsers, p.Event, null, p.MasterEpoch)));
        SendSceneEventToUserDirect = new(
            "SendSceneEventToUserDirect", (c, p) => Send(c, new(SceneEventRoute.ToUserDirect, p.Event, p.UserId)));
        SendSceneEventToAllUsersDirect = new(
            "SendSceneEventToAllUsersDirect", (c, p) => Send(c, new(SceneEventRoute.ToAllUsersDirect, p.Event)));
    }

    public Command<MessageToAllParameters, Nothing> SendMessageToAll { get; }

    public Command<MessageParameters, Nothing> SendMessage { get; }

    public Command<SceneEventParameters, Nothing> SendSceneEventToMaster { get; }

    public Command<UserEventParameters, Nothing> SendSceneEventToUser { get; }

    public Command<MasterEventParameters, Nothing> SendSceneEventToAllUsers { get; }

    public Command<DirectEventParameters, Nothing> SendSceneEventToUserDirect { get; }

    public Command<SceneEventParameters, Nothing> SendSceneEventToAllUsersDirect { get; }

    private async Task<Answer<Nothing>> ToAll(CommandContext context, MessageToAllParameters parameters)
    {
        var session = context.Session;
        return At(session, await Grain(session).SendMessage(context.User, new SendMessage(parameters.Message, null, parameters.Key)));
    }

    private async Task<Answer<Nothing>> ToOne(CommandContext context, MessageParameters parameters)
    {
        var session = context.Session;
        return At(session, await Grain(session).SendMessage(context.User, new SendMessage(parameters.Message, parameters.UserId, parameters.Key)));
    }

    private async Task<Answer<Nothing>> Send(CommandContext context, SendSceneEvent command)
    {
        var session = context.Session;
        return At(session, await Grain(session).SendSceneEvent(context.User, command));
    }

    private static Answer<Nothing> At(SessionId session, Position at) => new(new Nothing(), Place.Of(session.Value, at));

    private ISessionGrain Grain(SessionId session) => _grains.GetGrain<ISessionGrain>(session.Value);
}
