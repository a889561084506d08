using System.Collections.Concurrent;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;

namespace Orchestrator.Packets;

/// <summary>The way out over a packet socket. It says which stream a number stands for before the first packet under it.</summary>
public sealed class PacketExit(PacketDialect dialect, OutboundQueue outbound, ConnectionMeter meter)
{
    // What the client was told. The bytes decide, not the dialect's table: they may have been made before a stream got another number.
    private readonly ConcurrentDictionary<SourceId, uint> _told = new();

    /// <summary>What is given now goes nowhere.</summary>
    public bool IsOver => outbound.IsOver;

    public void Send(EncodedEnvelope envelope, PacketSent packet, int? waitingMax)
    {
        var source = envelope.Envelope.Source;
        var frame = envelope.For(dialect, previous: 0);
        var number = PacketFrames.NumberIn(frame.Span);
        if (!_told.TryGetValue(source, out var told) || told != number)
        {
            _told[source] = number;
            outbound.Enqueue(PacketFrames.Stream(number, packet.Owner, packet.Stream.Kind));
        }

        meter.PacketSent();
        outbound.Enqueue(new OutboundPacket(source, waitingMax, frame));
    }

    /// <summary>What waits of a stream is not sent any more.</summary>
    public void Forget(SourceId stream)
    {
        outbound.Forget(stream);
        _told.TryRemove(stream, out _);
    }

    public long Dropped(SourceId stream) => outbound.Dropped(stream);

    public IReadOnlyList<StreamDrops> TakeDrops() => outbound.TakeDrops();

    public void Abort(CloseCode code) => outbound.Abort(code);
}
