using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Load.Wire;

/// <summary>WebSocket frames, as few of them as are needed.</summary>
internal static class Frame
{
    public const byte Separator = 0x1e;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    private const int Pong = 10;
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    // The mask of the hub's frames is zero: servers demand one, and its value matters to proxies only.
    private static readonly byte[] ZeroKey = [0, 0, 0, 0];

    // A server could leave a zero mask alone; with packets that would hide what receiving costs.
    private static readonly byte[] Key = [0x6f, 0xb1, 0x3a, 0xd5];

    /// <summary>A text frame with one message of the protocol; the separator is added.</summary>
    public static byte[] Of(string message) => Make(Text, [.. Encoding.UTF8.GetBytes(message), Separator], ZeroKey);

    public static byte[] PongOf(ReadOnlySpan<byte> payload) => Make(Pong, payload, ZeroKey);

    /// <summary>A client's frame whose payload is masked as a browser's would be.</summary>
    public static byte[] MaskedOf(int opcode, ReadOnlySpan<byte> payload)
    {
        var frame = Make(opcode, payload, Key);
        Mask(frame.AsSpan(frame.Length - payload.Length));
        return frame;
    }

    /// <summary>A server's frame.</summary>
    public static byte[] UnmaskedOf(int opcode, ReadOnlySpan<byte> payload) => Make(opcode, payload, []);

    /// <summary>Masks a part of a payload that begins at a multiple of four.</summary>
    public static void Mask(Span<byte> payload)
    {
        for (var i = 0; i < payload.Length; i++)
        {
            payload[i] ^= Key[i % Key.Length];
        }
    }

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

    private static byte[] Make(int opcode, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> key)
    {
        var extended = payload.Length switch { < Length16 => 0, <= ushort.MaxValue => 2, _ => 8 };
        var frame = new byte[2 + extended + key.Length + payload.Length];
        frame[0] = (byte)(Final | opcode);
        frame[1] = (byte)((key.IsEmpty ? 0 : Masked) | extended switch { 0 => payload.Length, 2 => Length16, _ => Length64 });
        if (extended == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }
        else if (extended == 8)
        {
            BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), payload.Length);
        }

        key.CopyTo(frame.AsSpan(2 + extended));
        payload.CopyTo(frame.AsSpan(2 + extended + key.Length));
        return frame;
    }
}
