using System.Diagnostics.Metrics;

namespace Orchestrator.Storage;

/// <summary>What the store counts by itself, for who looks at the process from outside.</summary>
internal sealed class StorageMeter
{
    public StorageMeter(Meter meter, IStore store)
    {
        meter.CreateObservableCounter(
            "orchestrator.storage.operations",
            () => Operations(store.Status),
            "{operation}",
            "Reads and writes of records. A write that failed was answered as a temporary failure.");
        meter.CreateObservableCounter("orchestrator.storage.commits", () => Commits(store.Status), "{commit}", "Transactions; many writes share one.");
        meter.CreateObservableUpDownCounter("orchestrator.storage.queue.length", () => store.Status.QueueLength, "{operation}", "Writes that wait.");
        meter.CreateObservableUpDownCounter("orchestrator.storage.queue.size", () => store.Status.QueueBytes, "By", "Bytes of the writes that wait.");
        meter.CreateObservableGauge("orchestrator.storage.healthy", () => store.Status.IsHealthy ? 1 : 0, "1", "1 while the store takes writes, else 0.");
    }

    private static Measurement<long>[] Operations(StorageStatus status) =>
    [
        Measured(status.Reads, "ok", Operation("read")), Measured(status.ReadsFailed, "failed", Operation("read")),
        Measured(status.Writes, "ok", Operation("write")), Measured(status.WritesFailed, "failed", Operation("write")),
    ];

    private static Measurement<long>[] Commits(StorageStatus status) => [Measured(status.Commits, "ok"), Measured(status.CommitsFailed, "failed")];

    private static Measurement<long> Measured(long count, string outcome, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        new(count, [.. tags, new("orchestrator.outcome", outcome)]);

    private static KeyValuePair<string, object?> Operation(string name) => new("orchestrator.operation", name);
}
