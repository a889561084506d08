using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Orchestrator.DataStreams;
using Orchestrator.Users;
using Orchestrator.WebSockets;

namespace Orchestrator.Packets;

/// <summary>
/// What goes out on a packet socket, as whole WebSocket frames; docs/wire.md has the layout. Numbers are little-endian. Every message begins with its type, a byte of flags, two bytes,
/// and the stream that it is about.
/// </summary>
public static class PacketFrames
{
    /// <summary>Which stream a number stands for: from the client for what it sends, from the server for what it gets.</summary>
    public const byte StreamType = 1;

    /// <summary>A packet.</summary>
    public const byte PacketType = 2;

    /// <summary>A refusal.</summary>
    public const byte ErrorType = 3;

    /// <summary>Flag of a packet: its payload is JSON, not bytes.</summary>
    public const byte IsJson = 1;

    /// <summary>Flag of an error: the same may succeed a little later.</summary>
    public const byte IsTemporary = 1;

    /// <summary>What every message begins with.</summary>
    public const int HeadLength = 8;

    /// <summary>Where the payload of a packet begins.</summary>
    public const int PacketHeadLength = 20;

    /// <summary>Where the sentence of an error begins.</summary>
    public const int ErrorHeadLength = 16;

    private const int StreamAt = 4;
    private const int SeqAt = 8;
    private const int SentAtAt = 12;
    private const int CodeAt = 12;

    /// <summary>Says which stream a number stands for.</summary>
    public static byte[] Stream(uint number, UserId owner, string kind)
    {
        var ownerLength = Encoding.UTF8.GetByteCount(owner.Value);
        var frame = New(HeadLength + ownerLength + Encoding.UTF8.GetByteCount(kind), StreamType, flags: 0, number, out var message);
        BinaryPrimitives.WriteUInt16LittleEndian(message[2..], (ushort)ownerLength);
        Encoding.UTF8.GetBytes(owner.Value, message[HeadLength..]);
        Encoding.UTF8.GetBytes(kind, message[(HeadLength + ownerLength)..]);
        return frame;
    }

    /// <summary>A packet: bytes as they are, anything else as JSON, in which binary parts are base64.</summary>
    public static byte[] Packet(uint number, long seq, PacketSent packet)
    {
        var bytes = packet.Data.AsBinary();
        var payload = bytes ?? (packet.Data.Attachments.IsEmpty ? packet.Data.Utf8 : JsonSerializer.SerializeToUtf8Bytes(packet.Data, Json.Wire));
        var frame = New(PacketHeadLength + payload.Length, PacketType, bytes is null ? IsJson : (byte)0, number, out var message);
        BinaryPrimitives.WriteUInt32LittleEndian(message[SeqAt..], (uint)seq);
        BinaryPrimitives.WriteInt64LittleEndian(message[SentAtAt..], packet.SentAt ?? 0);
        payload.CopyTo(message[PacketHeadLength..]);
        return frame;
    }

    /// <summary>Why a message of the client was refused.</summary>
    /// <param name="handle">The client's number of the stream that it was about; 0 when that could not be read.</param>
    /// <param name="seq">The client's number of the packet; 0 for anything else.</param>
    public static byte[] Error(uint handle, uint seq, Refusal refusal)
    {
        var flags = refusal.IsTemporary ? IsTemporary : (byte)0;
        var frame = New(ErrorHeadLength + Encoding.UTF8.GetByteCount(refusal.Message), ErrorType, flags, handle, out var message);
        BinaryPrimitives.WriteUInt32LittleEndian(message[SeqAt..], seq);
        BinaryPrimitives.WriteInt32LittleEndian(message[CodeAt..], (int)refusal.Code);
        Encoding.UTF8.GetBytes(refusal.Message, message[ErrorHeadLength..]);
        return frame;
    }

    /// <summary>The number of the stream that a frame is about.</summary>
    public static uint NumberIn(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[(FrameHeader.LengthOf(frame) + StreamAt)..]);

    private static byte[] New(int length, byte type, byte flags, uint number, out Span<byte> message)
    {
        var frame = FrameHeader.Frame(FrameHeader.Binary, length, out message);
        (message[0], message[1]) = (type, flags);
        BinaryPrimitives.WriteUInt32LittleEndian(message[StreamAt..], number);
        return frame;
    }
}
