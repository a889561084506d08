namespace Orchestrator.LocalEngine;

/// <summary>A counter that threads seldom share a cache line of.</summary>
internal sealed class StripedCounter
{
    private const int Stripes = 8;
    private const int LongsPerCacheLine = 8;
    private readonly long[] _cells = new long[(Stripes + 1) * LongsPerCacheLine];

    internal long Sum
    {
        get
        {
            var sum = 0L;
            for (var i = 1; i <= Stripes; i++)
            {
                sum += Interlocked.Read(ref _cells[i * LongsPerCacheLine]);
            }

            return sum;
        }
    }

    internal void Add(long amount)
    {
        var stripe = (Environment.CurrentManagedThreadId & (Stripes - 1)) + 1;
        Interlocked.Add(ref _cells[stripe * LongsPerCacheLine], amount);
    }
}
