using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Orchestrator.Clocks;

/// <summary>What a server says: when it got the question, and when it answered.</summary>
public sealed record SntpTimes(DateTimeOffset Received, DateTimeOffset Sent);

/// <summary>The 48 bytes of RFC 4330, as far as a client needs them.</summary>
public static class SntpPacket
{
    public const int Length = 48;
    private const int OriginateAt = 24;
    private const int ReceiveAt = 32;
    private const int TransmitAt = 40;
    private const byte Version4Client = 0b00_100_011;
    private const int ModeServer = 4;
    private const int LeapUnknown = 3;
    private const int StratumMax = 15;

    // Seconds count from 1900 in 32 bits, which are full in 2036: then they begin again.
    private static readonly DateTimeOffset EraFirst = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset EraSecond = EraFirst.AddSeconds(1L << 32);

    /// <summary>A question. Where a client's time stands there are random bits: only who has seen the question can answer it, and it tells nobody our clock.</summary>
    public static byte[] Ask()
    {
        var packet = new byte[Length];
        packet[0] = Version4Client;
        RandomNumberGenerator.Fill(packet.AsSpan(TransmitAt));
        return packet;
    }

    /// <summary>Whether these bytes answer this question, whatever they say.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> question) =>
        packet.Length == Length && (packet[0] & 0b111) == ModeServer && packet.Slice(OriginateAt, 8).SequenceEqual(question[TransmitAt..]);

    /// <summary>What an answer says; null for a server that has no time to give: not synchronised, or it wants to be left alone (stratum 0).</summary>
    public static SntpTimes? Read(ReadOnlySpan<byte> packet)
    {
        var (received, sent) = (Time(packet[ReceiveAt..]), Time(packet[TransmitAt..]));
        return packet[0] >> 6 == LeapUnknown || packet[1] is 0 or > StratumMax || received is null || sent is null || sent < received
            ? null
            : new SntpTimes(received.Value, sent.Value);
    }

    /// <summary>Null for a time that was never set. The upper half of the seconds is before 2036, the lower half after it.</summary>
    private static DateTimeOffset? Time(ReadOnlySpan<byte> bytes)
    {
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var fraction = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        return seconds == 0 && fraction == 0
            ? null
            : ((seconds & 0x8000_0000) != 0 ? EraFirst : EraSecond).AddTicks((seconds * TimeSpan.TicksPerSecond) + ((fraction * TimeSpan.TicksPerSecond) >> 32));
    }
}
