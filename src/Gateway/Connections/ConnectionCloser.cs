using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Connections;

/// <summary>
/// What follows when a socket is gone: its seats are given up, and its user's grain begins to count the grace period, or takes it as a logout if nobody can come back to it.
/// </summary>
public sealed class ConnectionCloser(
    ConnectionTable connections, Relay relay, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ConnectionCloser> log)
{
    private const int TriesWhileStoppingMax = 5;
    private static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryLast = TimeSpan.FromSeconds(5);

    public async Task Closed(ClientConnection connection)
    {
        connections.Remove(connection);
        connection.Closed();
        await Unsubscribe(connection);
        if (connection.Caller is { } caller)
        {
            await Tell(connection, caller);
        }
    }

    /// <summary>Gives up all of its seats. Done when the sources know.</summary>
    public async Task Unsubscribe(ClientConnection connection)
    {
        foreach (var subscription in connection.Subscriptions)
        {
            connection.Remove(subscription.Source);
            await relay.Unsubscribe(subscription);
        }

        // After the session, which could begin another one.
        await (connection.Streams?.End() ?? Task.CompletedTask);
        await connection.Sent();
    }

    /// <summary>Until the user knows: it takes a connection to be there as long as its gateway is. One that stops is noticed as a whole.</summary>
    private async Task Tell(ClientConnection connection, Caller caller)
    {
        var wait = RetryFirst;
        for (var tries = 1; ; tries++)
        {
            try
            {
                await connection.TellLost(grains.GetGrain<IUserGrain>(caller.User.Value), caller);
                return;
            }
            catch (Exception e) when (tries < TriesWhileStoppingMax || !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                log.LogWarning(e, "The loss of {Connection} could not be told yet, next try in {Wait}", connection.Id, wait);
                await Task.Delay(wait, time);
                wait = wait * 2 < RetryLast ? wait * 2 : RetryLast;
            }
            catch (Exception e)
            {
                log.LogError(e, "The loss of {Connection} was not told", connection.Id);
                return;
            }
        }
    }
}
