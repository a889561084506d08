using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>A connection that follows what its user's other devices do.</summary>
public sealed class UserSubscriber(ClientConnection connection, SessionEntrance entrance, IGrainFactory grains, ILogger log) : Subscriber
{
    public override Seat Seat { get; } = connection.Seat;

    public override void Next(EncodedEnvelope envelope, long previous)
    {
        switch (envelope.Envelope.Event)
        {
            case ConnectionSuperseded superseded when superseded.Connection == connection.Id:
                connection.Abort(CloseCode.Superseded);
                break;
            case UserDismissed { Reason: DismissReason.RoleChanged } when connection.Caller?.Role != Role.Administrator:
                // It has no role to lose.
                break;
            case UserDismissed { Reason: DismissReason.Reset }:
                _ = connection.AbortAfterSession(CloseCode.Reset);
                break;
            case UserDismissed dismissed:
                connection.Abort(dismissed.Reason == DismissReason.AccountRemoved ? CloseCode.AccountRemoved : CloseCode.RightsChanged);
                break;
            case SessionTakenUp taken:
                Follow(taken.Session);
                break;
        }
    }

    /// <summary>The user may be another activation, which knows none of its connections until they say that they are there.</summary>
    public override void Restart(Position at, Snapshot snapshot)
    {
        if (connection.Caller is { } caller)
        {
            _ = SayAgain(caller);
        }
    }

    public override void Ended()
    {
        // The user was forgotten while this connection held on; its next command will say so.
    }

    private void Follow(SessionId session)
    {
        if (connection.Session != session)
        {
            _ = FollowLater(session);
        }
    }

    private async Task SayAgain(Caller caller)
    {
        try
        {
            var user = grains.GetGrain<IUserGrain>(caller.User.Value);
            var entered = await user.Login(caller, new Login(connection.Id));
            if (connection.IsClosed || connection.Caller != caller)
            {
                // It closed or logged out meanwhile, and what it said then may have come before this.
                await connection.TellLost(user, caller);
            }
            else if (entered.Session is { } session)
            {
                Follow(session);
            }
        }
        catch (Exception e)
        {
            // The device has a newer connection, or the user is not to be reached: whoever comes back is told what is true.
            log.LogInformation(e, "A connection of {User} could not be told again", caller.User);
            connection.Abort(CloseCode.OutOfStep);
        }
    }

    private async Task FollowLater(SessionId session)
    {
        try
        {
            await entrance.Follow(connection, session);
        }
        catch (Exception e)
        {
            // The other device may have left again already.
            log.LogInformation(e, "A device did not follow its user into {Session}", session);
        }
    }
}
