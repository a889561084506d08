namespace Orchestrator.Storage;

/// <summary>What the store did since it was started, and how it is.</summary>
public sealed record StorageStatus
{
    /// <summary>False from a failed or overdue transaction until the next one, or a test write, has worked.</summary>
    public required bool IsHealthy { get; init; }

    /// <summary>The last failure as a sentence; stays after the recovery.</summary>
    public string? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>Operations that a commit made durable, conflicts included.</summary>
    public long Writes { get; init; }

    /// <summary>Operations answered as temporary failures, refused ones included.</summary>
    public long WritesFailed { get; init; }

    public long Commits { get; init; }

    public long CommitsFailed { get; init; }

    public long Reads { get; init; }

    public long ReadsFailed { get; init; }

    /// <summary>Writes that wait now.</summary>
    public int QueueLength { get; init; }

    public long QueueBytes { get; init; }

    /// <summary>Commits by size; each is counted in the smallest bucket that holds it.</summary>
    public IReadOnlyList<BatchBucket> Batches { get; init; } = [];
}

/// <summary>How many commits had at most this many writes, and more than the bucket before.</summary>
public readonly record struct BatchBucket(int WritesMax, long Commits);
