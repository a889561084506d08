using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;

namespace Orchestrator.Packets;

/// <summary>
/// Says packets as frames of the packet socket; it has no word for anything else. A stream has one number for the whole gateway, so that all who hear it share the bytes. A number
/// never means another stream; a stream may get another number.
/// </summary>
public sealed class PacketDialect : IDialect
{
    /// <summary>So many numbers are kept. Beyond that all are forgotten, and the streams that are still heard get new ones.</summary>
    public const int NumbersMax = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<SourceId, uint> _numbers = [];
    private uint _last;

    public WireKind Wire => WireKind.Packets;

    public ReadOnlyMemory<byte> Encode(Envelope envelope, long previous) => envelope.Event is PacketSent packet
        ? PacketFrames.Packet(NumberOf(envelope.Source), envelope.At.Seq, packet)
        : ReadOnlyMemory<byte>.Empty;

    public ReadOnlyMemory<byte> Encode(SourceId source, Position at, Snapshot snapshot) => ReadOnlyMemory<byte>.Empty;

    private uint NumberOf(SourceId stream)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(stream, out var number))
            {
                return number;
            }

            if (_numbers.Count == NumbersMax)
            {
                _numbers.Clear();
            }

            return _numbers[stream] = ++_last;
        }
    }
}
