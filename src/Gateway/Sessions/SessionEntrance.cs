using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>Lets a connection see the session that its user is in. It is the same operation at a join, at a login of another device, and at a resume.</summary>
public sealed class SessionEntrance(Relay relay, IGrainFactory grains, TimeProvider time, ILogger<SessionEntrance> log)
{
    private static readonly TimeSpan LeaveMax = TimeSpan.FromSeconds(5);

    /// <summary>After a join: everything since the join, once the reply is on its way. Gives the reply's session: newer than the join only if the log was too short.</summary>
    public async Task<SessionEntered> Enter(ClientConnection connection, SessionEntered entered)
    {
        var beginning = await Begin(connection, entered.Session.SessionId, entered.At);
        connection.Hold(beginning.Subscription);
        return Entered(beginning) ?? entered;
    }

    /// <summary>
    /// After a reconnection: what was missed since the place the client names, or a snapshot. Gives the snapshot, and whether nothing was lost.
    /// </summary>
    public async Task<(SessionEntered? Session, bool Recovered)> Resume(ClientConnection connection, SessionId session, Position? after)
    {
        var beginning = await Begin(connection, session, after);
        connection.Hold(beginning.Subscription);
        await Streams(connection).Sync(session);
        return (Entered(beginning), beginning.Start.Recovered);
    }

    /// <summary>Another device of the user has entered a session: this one sees it from now on, and is told so.</summary>
    public async Task Follow(ClientConnection connection, SessionId session)
    {
        var caller = connection.Caller;
        var beginning = await Begin(connection, session, after: null);
        connection.Add(beginning.Subscription);
        Interlocked.MemoryBarrier();
        if (connection.IsClosed || connection.Caller != caller)
        {
            // It closed or logged out meanwhile: what it has just got is nobody's.
            connection.Remove(beginning.Subscription.Source);
            await relay.Unsubscribe(beginning.Subscription);
            Streams(connection).End(session);
            return;
        }

        connection.Send(connection.Dialect.Encode(SourceId.Of(session), beginning.Start.At, beginning.Start.Snapshot!));
        beginning.Subscription.Release();
        await Streams(connection).Sync(session);
    }

    /// <summary>The data streams that a connection hears.</summary>
    public FollowedStreams Streams(ClientConnection connection) => connection.StreamsFrom(c => new FollowedStreams(c, relay, grains, time, log));

    /// <summary>Leaves: the connection has seen everything before its leave when this is done, and sees nothing after it.</summary>
    public async Task<SessionLeft> Leave(ClientConnection connection, Func<Task<SessionLeft>> leave)
    {
        var leaving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Leaving = leaving;
        try
        {
            var left = await leave();
            if (connection.SubscriptionTo(SourceId.Of(left.Session)) is { } subscription)
            {
                await leaving.Task.WaitAsync(LeaveMax, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                connection.Remove(subscription.Source);
                relay.Drop(subscription);
            }

            connection.Session = null;
            Streams(connection).End(left.Session);
            await connection.Sent();
            return left;
        }
        finally
        {
            connection.Leaving = null;
        }
    }

    private async Task<Beginning> Begin(ClientConnection connection, SessionId session, Position? after)
    {
        connection.Session = session;
        var streams = Streams(connection);
        streams.Begin(session, connection.Caller!);
        try
        {
            var beginning = await relay.Subscribe(SourceId.Of(session), new SessionSubscriber(connection, session, relay, streams), after);
            streams.Declared(session, beginning.Start.At);
            return beginning;
        }
        catch
        {
            streams.End(session);
            if (connection.Session == session)
            {
                connection.Session = null;
            }

            throw;
        }
    }

    private static SessionEntered? Entered(Beginning beginning) =>
        beginning.Start.Snapshot is SessionSnapshot snapshot ? new SessionEntered(snapshot.Session, snapshot.At) : null;
}
