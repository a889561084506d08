using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>A connection that sees a session.</summary>
public sealed class SessionSubscriber(ClientConnection connection, SessionId session, Relay relay, FollowedStreams streams) : Subscriber
{
    public override Seat Seat { get; } = connection.Seat;

    public override void Next(EncodedEnvelope envelope, long previous)
    {
        var isOwnLeave = envelope.Envelope.Event is MemberLeft left && left.User == Seat.User;
        var isOver = isOwnLeave || envelope.Envelope.Event is SessionClosed;
        if (isOver)
        {
            // Before the news of it: nothing of the session comes after that.
            streams.End(session);
        }

        if (!isOwnLeave || connection.Leaving is null)
        {
            connection.Send(envelope.For(connection.Dialect, previous));
        }

        if (envelope.Envelope.Event is DataStreamsChanged changed)
        {
            streams.Happened(session, envelope.Envelope.At, changed);
        }

        if (isOver)
        {
            Leave();
        }
    }

    public override void Restart(Position at, Snapshot snapshot)
    {
        connection.Send(connection.Dialect.Encode(SourceId.Of(session), at, snapshot));
        // What was lost may have been news of a registration.
        _ = streams.Sync(session);
    }

    /// <summary>Its last event was lost. When the client comes back it is told where it is.</summary>
    public override void Ended()
    {
        var isLeaving = connection.Leaving is not null;
        Leave();
        if (!isLeaving)
        {
            connection.Abort(CloseCode.OutOfStep);
        }
    }

    private void Leave()
    {
        streams.End(session);
        if (connection.Session == session)
        {
            connection.Session = null;
        }

        if (connection.Remove(SourceId.Of(session)) is { } subscription)
        {
            relay.Drop(subscription);
        }

        connection.Leaving?.TrySetResult();
    }
}
