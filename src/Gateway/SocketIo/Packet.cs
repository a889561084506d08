using System.Collections.Immutable;
using Orchestrator.EngineIo;

namespace Orchestrator.SocketIo;

/// <summary>What a Socket.IO packet is for; its digit on the wire.</summary>
internal enum PacketType
{
    Connect = 0,
    Disconnect = 1,
    Event = 2,
    Ack = 3,
    ConnectError = 4,
    BinaryEvent = 5,
    BinaryAck = 6,
}

/// <summary>A whole packet of a client.</summary>
/// <param name="Namespace">With its query, which clients of Socket.IO 2 may add.</param>
/// <param name="Event">Of an event alone.</param>
/// <param name="Auth">Of a connect that brings something along.</param>
internal sealed record Packet(PacketType Type, string Namespace, SocketIoEvent? Event = null, Payload? Auth = null);

/// <summary>What a packet turned out to be: whole, or not yet, or why it is none.</summary>
internal readonly record struct Decoded(Packet? Packet, Ending? Mistake)
{
    /// <summary>Its attachments are still to come.</summary>
    public static Decoded NotYet => default;

    public static Decoded Whole(Packet packet) => new(packet, null);

    public static Decoded Wrong(string sentence) => new(null, Ending.Protocol(sentence));

    public static Decoded TooLarge(int bytesMax) => new(null, Ending.TooLarge("A packet with its attachments", bytesMax));
}

/// <summary>An argument whose binary parts are known by their numbers in the packet, in the order of the argument.</summary>
internal readonly record struct Argument(byte[] Utf8, ImmutableArray<int> Parts)
{
    public Payload With(byte[][] attachments)
    {
        var parts = ImmutableArray.CreateBuilder<byte[]>(Parts.Length);
        foreach (var number in Parts)
        {
            parts.Add(attachments[number]);
        }

        return new Payload(Utf8) { Attachments = parts.MoveToImmutable() };
    }
}
