using System.Numerics;

namespace Orchestrator.Load.Measuring;

/// <summary>Counts of latencies in fixed buckets, each less than one percent wide, from a tenth of a microsecond to hours. Recording allocates nothing.</summary>
internal sealed class Histogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;
    private const int UnitNanoseconds = 100;
    private const double UnitsPerMillisecond = 1_000_000.0 / UnitNanoseconds;

    private readonly long[] _counts = new long[(64 - SubBits) * SubCount];

    public long Count { get; private set; }

    public double MaxMilliseconds => _max / UnitsPerMillisecond;

    private long _max;

    public void Record(long nanoseconds)
    {
        var value = Math.Max(0, nanoseconds) / UnitNanoseconds;
        _counts[BucketOf(value)]++;
        Count++;
        _max = Math.Max(_max, value);
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        _max = Math.Max(_max, other._max);
    }

    /// <summary>The latency that this part of all samples did not exceed.</summary>
    public double Milliseconds(double part)
    {
        var rank = (long)Math.Ceiling(part * Count);
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
            {
                return Math.Min(UpperOf(i), _max) / UnitsPerMillisecond;
            }
        }

        return 0;
    }

    public Latency Summary() => new(Milliseconds(0.5), Milliseconds(0.99), Milliseconds(0.999), MaxMilliseconds);

    private static int BucketOf(long value)
    {
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value | 1) - SubBits);
        return (shift << SubBits) + (int)(value >> shift);
    }

    private static long UpperOf(int bucket)
    {
        var shift = Math.Max(0, (bucket >> SubBits) - 1);
        return ((bucket - ((long)shift << SubBits) + 1) << shift) - 1;
    }
}

/// <summary>Milliseconds.</summary>
internal sealed record Latency(double P50, double P99, double P999, double Max);
