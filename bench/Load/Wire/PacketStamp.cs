using System.Buffers.Binary;

namespace Orchestrator.Load.Wire;

/// <summary>What a binary event of this program begins with: a mark, its sender, its number and when it was sent. What follows is random.</summary>
internal static class PacketStamp
{
    public const int BytesMin = TimeAt + sizeof(long);

    /// <summary>Where the part begins that changes; a multiple of four, as a mask wants it.</summary>
    public const int ChangesAt = NumberAt;

    private const uint Mark = 0x6f623162;
    private const int SenderAt = 4;
    private const int NumberAt = 8;
    private const int TimeAt = 12;

    /// <summary>So many bytes, their time and number still zero.</summary>
    public static byte[] Template(int sender, int bytes, Random random)
    {
        var data = new byte[bytes];
        random.NextBytes(data);
        BinaryPrimitives.WriteUInt32LittleEndian(data, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(SenderAt), sender);
        Write(data, 0, 0);
        return data;
    }

    public static void Write(Span<byte> data, long time, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data[NumberAt..], number);
        BinaryPrimitives.WriteInt64LittleEndian(data[TimeAt..], time);
    }

    /// <summary>The sender is negative when it is none of ours.</summary>
    public static (long Time, int Sender, int Number) Read(ReadOnlySpan<byte> data) =>
        data.Length >= BytesMin && BinaryPrimitives.ReadUInt32LittleEndian(data) == Mark
            ? (BinaryPrimitives.ReadInt64LittleEndian(data[TimeAt..]), BinaryPrimitives.ReadInt32LittleEndian(data[SenderAt..]), BinaryPrimitives.ReadInt32LittleEndian(data[NumberAt..]))
            : (0, -1, 0);
}
