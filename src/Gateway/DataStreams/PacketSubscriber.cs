using Orchestrator.Connections;
using Orchestrator.Delivery;

namespace Orchestrator.DataStreams;

/// <summary>A connection that hears a stream. Packets wait for it as their stream says.</summary>
public sealed class PacketSubscriber(ClientConnection connection, Seat seat, SourceId source, Action<PacketSubscriber> ended) : Subscriber
{
    /// <summary>How many wait when a stream says dropOldest and no number.</summary>
    public const int WaitingDefault = 10;

    public override Seat Seat { get; } = seat;

    public override void Next(EncodedEnvelope envelope, long previous)
    {
        if (envelope.Envelope.Event is not PacketSent packet)
        {
            return;
        }

        if (connection.Packets is { IsOver: false } packets)
        {
            packets.Send(envelope, packet, WaitingMax(packet.Stream));
            return;
        }

        connection.Send(new OutboundPacket(source, WaitingMax(packet.Stream), envelope.For(connection.Dialect, previous)));
    }

    public override void Restart(Position at, Snapshot snapshot)
    {
        // Packets were lost, as the next one's seq says; there is nothing to begin again from.
    }

    public override void Ended() => ended(this);

    private static int? WaitingMax(DataStream stream) => stream.Policy switch
    {
        PacketPolicy.Latest => 1,
        PacketPolicy.DropOldest => stream.WaitingMax ?? WaitingDefault,
        _ => null,
    };
}
