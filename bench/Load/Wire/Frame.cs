using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Load.Wire;

/// <summary>WebSocket frames of a client, as few of them as are needed.</summary>
internal static class Frame
{
    public const byte Separator = 0x1e;
    public const int Close = 8;
    public const int Ping = 9;
    private const int Pong = 10;
    private const int Text = 1;
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    /// <summary>A text frame with one message of the protocol; the separator is added.</summary>
    public static byte[] Of(string message) => Make(Text, [.. Encoding.UTF8.GetBytes(message), Separator]);

    public static byte[] PongOf(ReadOnlySpan<byte> payload) => Make(Pong, payload);

    /// <summary>Reads the header of a frame from a server. Zero: there is not enough of it yet.</summary>
    public static int ReadHeader(ReadOnlySpan<byte> bytes, out int opcode, out long length)
    {
        (opcode, length) = (0, 0);
        if (bytes.Length < 2)
        {
            return 0;
        }

        opcode = bytes[0] & 0x0f;
        var first = bytes[1] & 0x7f;
        var header = first switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (bytes.Length < header)
        {
            return 0;
        }

        length = first switch
        {
            Length16 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Length64 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => first,
        };
        return header;
    }

    // The mask is zero: servers demand one, and its value matters to proxies only.
    private static byte[] Make(int opcode, ReadOnlySpan<byte> payload)
    {
        var extended = payload.Length switch { < Length16 => 0, <= ushort.MaxValue => 2, _ => 8 };
        var frame = new byte[2 + extended + 4 + payload.Length];
        frame[0] = (byte)(Final | opcode);
        frame[1] = (byte)(Masked | extended switch { 0 => payload.Length, 2 => Length16, _ => Length64 });
        if (extended == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }
        else if (extended == 8)
        {
            BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), payload.Length);
        }

        payload.CopyTo(frame.AsSpan(2 + extended + 4));
        return frame;
    }
}
