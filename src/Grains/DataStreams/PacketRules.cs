using Orchestrator.Delivery;

namespace Orchestrator.DataStreams;

/// <summary>The rules of one stream: who may send, how packets are marked, how many bytes go out in a second. It knows no engine and no clock.</summary>
public sealed class PacketRules(DataStreamKey key)
{
    /// <summary>For so long the session's word on the owner's membership holds.</summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromSeconds(10);

    private StreamStanding? _standing;
    private DataStream _stream = new(key.Kind);
    private DateTimeOffset _learned;
    private ByteBudget? _budget;

    /// <summary>Whether the session must be asked before a packet that was sent after a place.</summary>
    public bool MustAsk(Position after, DateTimeOffset now) => _standing is null || _standing.At < after || now - _learned >= HoldsFor || now < _learned;

    /// <summary>Takes the session's word; one that was overtaken by a newer one is ignored.</summary>
    public void Learn(StreamStanding standing, DateTimeOffset now)
    {
        if (_standing?.At > standing.At)
        {
            return;
        }

        var stream = standing.Stream ?? new DataStream(key.Kind);
        if (stream.BytesPerSecondMax != _stream.BytesPerSecondMax)
        {
            _budget = stream.BytesPerSecondMax is { } max ? new ByteBudget(max, now) : null;
        }

        (_standing, _stream, _learned) = (standing, stream, now);
    }

    public IReadOnlyList<Outgoing> Send(Packet packet, DateTimeOffset now)
    {
        if (_standing is not { IsMember: true })
        {
            throw new Refusal(RefusalCode.NotInSession, "The user is not in any session.");
        }

        if (packet.Data is not { IsFalsy: false } data)
        {
            throw new Refusal(RefusalCode.EventDataMissing, "No data has been provided.");
        }

        // How we keep bytes is not the sender's cost.
        _budget?.Take(data.AsBinary()?.Length ?? data.Bytes, now);
        return [Outgoing.ToEveryone(new PacketSent(key.Owner, _stream, data, packet.SentAt))];
    }
}
