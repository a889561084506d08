using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>What members send to each other. Nothing of it changes the state.</summary>
public sealed partial class Session
{
    public IReadOnlyList<Outgoing> SendMessage(Caller caller, SendMessage command)
    {
        DemandMember(caller.User);
        var sent = new MessageSent(caller.User, caller.UserName, command.Message);
        if (command.To is not { } target)
        {
            return [Outgoing.ToEveryone(sent)];
        }

        Demand(HasMember(target), RefusalCode.TargetNotInSession, "The target user is not in the same session.");
        return [new Outgoing(sent, Audience.Only(target))];
    }

    public IReadOnlyList<Outgoing> SendSceneEvent(Caller caller, SendSceneEvent command)
    {
        DemandMember(caller.User);
        if (command.Route is SceneEventRoute.ToUser or SceneEventRoute.ToAllUsers)
        {
            DemandMaster(caller.User, command.MasterEpoch);
        }

        if (command.Route is SceneEventRoute.ToUser or SceneEventRoute.ToUserDirect)
        {
            Demand(command.User is not null, RefusalCode.TargetMissing, "Missing target user id.");
            Demand(HasMember(command.User!.Value), RefusalCode.NotJoined, "The target user has not joined the session.");
        }

        Demand(command.Data is { IsFalsy: false }, RefusalCode.EventDataMissing, "No event data has been provided.");
        return [Address(caller.User, command, command.Data!)];
    }

    private Outgoing Address(UserId from, SendSceneEvent command, Payload data)
    {
        if (command.Route == SceneEventRoute.ToMaster)
        {
            Demand(State!.Master is not null, RefusalCode.NoMaster, "No master for this session was found.");
            return new Outgoing(new SceneEventSent(from, data, SceneEventAddress.Master), Audience.Only(State.Master!.Value));
        }

        var sent = new SceneEventSent(from, data, SceneEventAddress.User);
        return command.Route is SceneEventRoute.ToUser or SceneEventRoute.ToUserDirect
            ? new Outgoing(sent, Audience.Only(command.User!.Value))
            : Outgoing.ToEveryone(sent);
    }

    /// <summary>The epoch decides: what a former master sent before it knew is refused, even if it is master again.</summary>
    private void DemandMaster(UserId user, long? epoch) =>
        Demand(
            State!.Master == user && (epoch is null || epoch == State.MasterEpoch),
            RefusalCode.NotMaster,
            "The user is not the master of this session.");
}
