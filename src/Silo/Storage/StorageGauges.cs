using System.Numerics;

namespace Orchestrator.Storage;

/// <summary>The numbers behind <see cref="StorageStatus"/>; every thread of the store counts here.</summary>
internal sealed class StorageGauges(TimeProvider time)
{
    private const int Buckets = 18;

    private readonly Lock _gate = new();
    private readonly long[] _batches = new long[Buckets];
    private StorageStatus _counted = new() { IsHealthy = false };

    public StorageStatus Snapshot()
    {
        lock (_gate)
        {
            return _counted with
            {
                Batches = [.. _batches.Select((commits, power) => new BatchBucket(1 << power, commits))],
            };
        }
    }

    public void Committed(int writes)
    {
        lock (_gate)
        {
            _batches[Math.Min(BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)writes)), Buckets - 1)]++;
            _counted = _counted with
            {
                IsHealthy = true,
                Writes = _counted.Writes + writes,
                Commits = _counted.Commits + 1,
            };
        }
    }

    public void CommitFailed(string sentence)
    {
        lock (_gate)
        {
            _counted = _counted with
            {
                IsHealthy = false,
                LastError = sentence,
                LastErrorAt = time.GetUtcNow(),
                CommitsFailed = _counted.CommitsFailed + 1,
            };
        }
    }

    public void WriteFailed()
    {
        lock (_gate)
        {
            _counted = _counted with { WritesFailed = _counted.WritesFailed + 1 };
        }
    }

    public void Works()
    {
        lock (_gate)
        {
            _counted = _counted with { IsHealthy = true };
        }
    }

    public void Closed()
    {
        lock (_gate)
        {
            _counted = _counted with { IsHealthy = false };
        }
    }

    public void Read()
    {
        lock (_gate)
        {
            _counted = _counted with { Reads = _counted.Reads + 1 };
        }
    }

    public void ReadFailed(string sentence)
    {
        lock (_gate)
        {
            _counted = _counted with
            {
                LastError = sentence,
                LastErrorAt = time.GetUtcNow(),
                ReadsFailed = _counted.ReadsFailed + 1,
            };
        }
    }
}
