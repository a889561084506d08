using System.Collections.Immutable;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>Writes what a session publishes into its feed, and says of each what was fed before it. It belongs to one activation and is used in its turns only.</summary>
internal sealed class SessionFeeder(SessionId session, Action<SessionNews> write)
{
    private Position _last;

    public void Published(IReadOnlyList<Envelope> envelopes)
    {
        ImmutableArray<Envelope> fed = [.. envelopes.Where(static e => e.Event is not AudioSent)];
        if (fed.IsEmpty)
        {
            return;
        }

        var after = _last.Epoch == fed[0].At.Epoch ? _last : new Position(fed[0].At.Epoch, 0);
        _last = fed[^1].At;
        write(new SessionNews(session, after, fed));
    }
}
