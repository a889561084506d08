using Orchestrator.Connections;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>Lets a connection see the session that its user is in. It is the same operation at a join, at a login of another device, and at a resume.</summary>
public sealed class SessionEntrance(Relay relay)
{
    /// <summary>After a join: everything since the join, once the reply is on its way. Gives the reply's session: newer than the join only if the log was too short.</summary>
    public async Task<SessionEntered> Enter(ClientConnection connection, SessionEntered entered)
    {
        var (session, _) = await Resume(connection, entered.Session.SessionId, entered.At);
        return session ?? entered;
    }

    /// <summary>
    /// After a reconnection: what was missed since the place the client names, or a snapshot. Gives the snapshot, and whether nothing was lost.
    /// </summary>
    public async Task<(SessionEntered? Session, bool Recovered)> Resume(ClientConnection connection, SessionId session, Position? after)
    {
        var beginning = await Begin(connection, session, after);
        connection.Hold(beginning.Subscription);
        return (Entered(beginning), beginning.Start.Recovered);
    }

    /// <summary>Another device of the user has entered a session: this one sees it from now on, and is told so.</summary>
    public async Task Follow(ClientConnection connection, SessionId session)
    {
        var beginning = await Begin(connection, session, after: null);
        connection.Add(beginning.Subscription);
        connection.Send(connection.Dialect.Encode(SourceId.Of(session), beginning.Start.At, beginning.Start.Snapshot!));
        beginning.Subscription.Release();
    }

    /// <summary>The connection sees nothing more of the session.</summary>
    public void Leave(ClientConnection connection, SessionId session)
    {
        connection.Session = null;
        if (connection.Remove(SourceId.Of(session)) is { } subscription)
        {
            relay.Drop(subscription);
        }
    }

    private async Task<Beginning> Begin(ClientConnection connection, SessionId session, Position? after)
    {
        connection.Session = session;
        try
        {
            return await relay.Subscribe(SourceId.Of(session), new SessionSubscriber(connection, session, relay), after);
        }
        catch (Refusal)
        {
            connection.Session = null;
            throw;
        }
    }

    private static SessionEntered? Entered(Beginning beginning) =>
        beginning.Start.Snapshot is SessionSnapshot snapshot ? new SessionEntered(snapshot.Session, snapshot.At) : null;
}
