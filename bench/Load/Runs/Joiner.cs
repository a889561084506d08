using System.Diagnostics;
using System.Text;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>When a member reads its session.</summary>
internal enum Reading
{
    Once,
    AtEveryJoin,
}

/// <summary>What all joiners of a step have got; written on the reactor's thread, others may look.</summary>
internal sealed class JoinCounts
{
    private long _joins;
    private long _news;
    private long _reads;

    public Histogram JoinLatencies { get; } = new();

    public Histogram ReadLatencies { get; } = new();

    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Of the longest.</summary>
    public long ReplyBytes { get; private set; }

    /// <summary>One of the refusals.</summary>
    public string? Refusal { get; private set; }

    /// <summary>How much is still to come: each has its own join and a read after it, hears of all who joined later, and may read then too.</summary>
    public long Missing(int users, Reading reading)
    {
        var news = (long)users * (users - 1) / 2;
        var reads = users + (reading == Reading.AtEveryJoin ? news : 0);
        return users - Volatile.Read(ref _joins) + news - Volatile.Read(ref _news) + reads - Reads;
    }

    public void Heard() => Volatile.Write(ref _news, _news + 1);

    public void Joined(long ticks, ReadOnlySpan<byte> reply)
    {
        Check(reply);
        JoinLatencies.Record(ticks);
        Volatile.Write(ref _joins, _joins + 1);
    }

    public void Read(long ticks, ReadOnlySpan<byte> reply)
    {
        Check(reply);
        ReplyBytes = Math.Max(ReplyBytes, reply.Length);
        ReadLatencies.Record(ticks);
        Volatile.Write(ref _reads, _reads + 1);
    }

    private void Check(ReadOnlySpan<byte> reply)
    {
        if (reply.IndexOf("\"error\":0,"u8) < 0)
        {
            Refusal = Encoding.UTF8.GetString(reply);
        }
    }
}

/// <summary>A user that joins, and then reads the session as VR2Gather does.</summary>
internal sealed class Joiner
{
    public const int JoinId = 1;
    private const int ReadId = 2;
    private static readonly byte[] ReadFrame = SocketIoMember.Call(ReadId, "GetSessionInfo", "{}");

    private readonly SocketIoMember _member;
    private readonly Reading _reading;
    private readonly JoinCounts _counts;
    private readonly Lock _gate = new();
    private readonly Queue<long> _readsSince = [];
    private long _joinedSince;

    public Joiner(SocketIoMember member, Reading reading, JoinCounts counts)
    {
        (_member, _reading, _counts) = (member, reading, counts);
        member.Others = Take;
    }

    public void Join(ReadOnlySpan<byte> frame)
    {
        _joinedSince = Stopwatch.GetTimestamp();
        _member.Send(frame);
    }

    public void Read()
    {
        lock (_gate)
        {
            _readsSince.Enqueue(Stopwatch.GetTimestamp());
        }

        _member.Send(ReadFrame);
    }

    private void Take(ReadOnlySpan<byte> packet, long now)
    {
        if (packet.StartsWith("431["u8))
        {
            _counts.Joined(now - _joinedSince, packet);
            Read();
        }
        else if (packet.StartsWith("432["u8))
        {
            _counts.Read(now - FirstRead(), packet);
        }
        else if (packet.IndexOf("\"USER_JOINED_SESSION\""u8) >= 0)
        {
            _counts.Heard();
            if (_reading == Reading.AtEveryJoin)
            {
                Read();
            }
        }
    }

    /// <summary>A connection's commands are answered one after the other.</summary>
    private long FirstRead()
    {
        lock (_gate)
        {
            return _readsSince.Dequeue();
        }
    }
}
