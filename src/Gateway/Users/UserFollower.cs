using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>Lets a connection follow its user, so that what one device does the others learn.</summary>
public sealed class UserFollower(Relay relay, SessionEntrance entrance, IGrainFactory grains, ILogger<UserFollower> log)
{
    public async Task Begin(ClientConnection connection)
    {
        var source = SourceId.Of(connection.Caller!.User);
        if (connection.SubscriptionTo(source) is not null)
        {
            return;
        }

        var beginning = await relay.Subscribe(source, new UserSubscriber(connection, entrance, grains, log), after: null);
        connection.Add(beginning.Subscription);
        beginning.Subscription.Release();
    }
}
