using System.Collections.Immutable;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>
/// The publishing half of a grain: numbers envelopes, keeps the last ones, and makes one call per gateway that has an addressee. It belongs to one
/// activation and is used in its turns only.
/// </summary>
public sealed class Source(SourceId id, int logBytesMax, IGatewayWatch watch)
{
    private readonly EnvelopeLog _log = new(logBytesMax);

    // There are few gateways, and there are many sources that only one of them hears.
    private ImmutableArray<GatewayLink> _gateways = [];

    // The highest number of a link that was ended. A link that begins again goes on from here: its gateway may still count the old one.
    private long _linkEnded;

    /// <summary>Told of everything that is published, besides the gateways; null is nobody.</summary>
    public Action<IReadOnlyList<Envelope>>? Published { get; init; }

    /// <summary>The place of what was published last.</summary>
    public Position At { get; private set; }

    public bool HasSubscribers => !_gateways.IsEmpty;

    /// <summary>Whether this user has a seat.</summary>
    public bool IsHeardBy(UserId user) => _gateways.Any(link => link.Has(user));

    /// <summary>Takes the epoch; nothing is published before.</summary>
    public void Begin(long epoch) => At = new Position(epoch, 0);

    /// <summary>Numbers and sends, in the order given.</summary>
    public void Publish(IReadOnlyList<Outgoing> happened)
    {
        if (At.Epoch == 0)
        {
            throw new InvalidOperationException($"{id} publishes before it has taken an epoch.");
        }

        var envelopes = new List<Envelope>(happened.Count);
        foreach (var (@event, audience) in happened)
        {
            if (audience is null)
            {
                continue;
            }

            At = At with { Seq = At.Seq + 1 };
            var envelope = new Envelope(id, At, audience, @event);
            envelopes.Add(envelope);
            _log.Add(envelope);
        }

        if (envelopes.Count > 0)
        {
            Send(envelopes);
            Published?.Invoke(envelopes);
        }
    }

    /// <inheritdoc cref="ISource.Subscribe"/>
    public SubscriptionStart Subscribe(GatewayAddress gateway, Seat seat, Position? after, Func<Snapshot> snapshot)
    {
        if (Find(gateway.Gateway) is not { } link)
        {
            link = new GatewayLink(gateway, _linkEnded);
            _gateways = _gateways.Add(link);
            watch.Heard(id, gateway.Gateway);
        }

        link.Relay = watch.WayTo(gateway);
        link.Enter(seat);
        return after is { } place && Reaches(place)
            ? new SubscriptionStart(At, null, _log.After(place.Seq, e => e.Audience.Includes(seat)), link.Last)
            : new SubscriptionStart(At, snapshot(), [], link.Last);
    }

    /// <inheritdoc cref="ISource.Unsubscribe"/>
    public void Unsubscribe(string gateway, ConnectionId connection)
    {
        if (Find(gateway) is { } link)
        {
            link.Leave(connection);
            EndIfEmpty(link);
        }
    }

    /// <inheritdoc cref="ISource.Read"/>
    public MissedEnvelopes Read(string gateway, Position after) =>
        Find(gateway) is { } link && Reaches(after)
            ? new MissedEnvelopes(true, At, _log.After(after.Seq, e => link.HasAddressee(e.Audience)), link.Last)
            : new MissedEnvelopes(false, At, [], 0);

    /// <summary>Takes all seats of a user that has no right to them any more.</summary>
    public void Drop(UserId user)
    {
        foreach (var link in _gateways)
        {
            link.Leave(user);
            EndIfEmpty(link);
        }
    }

    /// <summary>Takes all seats: the source is over.</summary>
    public void DropAll()
    {
        foreach (var link in _gateways)
        {
            watch.Unheard(id, link.Gateway);
        }

        _gateways = [];
    }

    /// <summary>Takes all seats behind a gateway that has ended without a word, and says which these were.</summary>
    public IReadOnlyList<Seat> Lost(string gateway)
    {
        if (Find(gateway) is not { } link)
        {
            return [];
        }

        End(link);
        return [.. link.Seats];
    }

    /// <summary>Tells every gateway that this activation ends, so that none stays deaf until it looks.</summary>
    public void End()
    {
        foreach (var link in _gateways)
        {
            link.Relay.Moved(id, At.Epoch);
        }

        DropAll();
    }

    private GatewayLink? Find(string gateway)
    {
        foreach (var link in _gateways)
        {
            if (link.Gateway == gateway)
            {
                return link;
            }
        }

        return null;
    }

    private void EndIfEmpty(GatewayLink link)
    {
        if (link.IsEmpty)
        {
            End(link);
        }
    }

    private void End(GatewayLink link)
    {
        _gateways = _gateways.Remove(link);
        _linkEnded = Math.Max(_linkEnded, link.Last);
        watch.Unheard(id, link.Gateway);
    }

    private bool Reaches(Position place) =>
        place.Epoch == At.Epoch && place.Seq <= At.Seq && _log.ReachesBackTo(place.Seq);

    private void Send(List<Envelope> envelopes)
    {
        foreach (var link in _gateways)
        {
            ImmutableArray<Envelope> addressed = [.. envelopes.Where(e => link.HasAddressee(e.Audience))];
            if (!addressed.IsEmpty)
            {
                link.Relay.Deliver(new Delivery(id, At.Epoch, link.Next(), addressed));
            }
        }
    }
}
