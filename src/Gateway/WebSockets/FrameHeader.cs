using System.Buffers.Binary;

namespace Orchestrator.WebSockets;

/// <summary>The header of a whole, unmasked WebSocket frame, as a server sends it (RFC 6455).</summary>
public static class FrameHeader
{
    public const byte Text = 0x81;
    public const byte Binary = 0x82;

    /// <summary>What it takes at most.</summary>
    public const int LengthMax = 10;

    private const byte Short = 126;
    private const byte Long = 127;

    /// <summary>How long the header of a message of so many bytes is.</summary>
    public static int LengthFor(int length) => length switch
    {
        < Short => 2,
        <= ushort.MaxValue => 4,
        _ => LengthMax,
    };

    /// <summary>How long the header is that a frame begins with.</summary>
    public static int LengthOf(ReadOnlySpan<byte> frame) => frame[1] switch
    {
        < Short => 2,
        Short => 4,
        _ => LengthMax,
    };

    /// <summary>How long the message is whose header a frame begins with.</summary>
    public static int ContentLengthOf(ReadOnlySpan<byte> frame) => frame[1] switch
    {
        Short => BinaryPrimitives.ReadUInt16BigEndian(frame[2..]),
        Long => (int)BinaryPrimitives.ReadUInt64BigEndian(frame[2..]),
        var length => length,
    };

    /// <summary>A frame for a message of so many bytes, which are still to be written.</summary>
    public static byte[] Frame(byte kind, int length, out Span<byte> content)
    {
        var headerLength = LengthFor(length);
        var frame = new byte[headerLength + length];
        Write(frame, kind, length);
        content = frame.AsSpan(headerLength);
        return frame;
    }

    /// <summary>Writes it, and says how long it is.</summary>
    public static int Write(Span<byte> output, byte kind, int length)
    {
        output[0] = kind;
        switch (LengthFor(length))
        {
            case 2:
                output[1] = (byte)length;
                return 2;
            case 4:
                output[1] = Short;
                BinaryPrimitives.WriteUInt16BigEndian(output[2..], (ushort)length);
                return 4;
            default:
                output[1] = Long;
                BinaryPrimitives.WriteUInt64BigEndian(output[2..], (ulong)length);
                return LengthMax;
        }
    }
}
