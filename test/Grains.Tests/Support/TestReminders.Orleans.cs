#if ENGINE_ORLEANS
using System.Collections.Concurrent;
using System.Globalization;

namespace Orchestrator.Support;

/// <summary>Reminders in memory, which outlive the silos and are the same for all of them.</summary>
internal sealed class TestReminders : IReminderTable
{
    private readonly ConcurrentDictionary<(GrainId Grain, string Name), ReminderEntry> _rows = new();
    private long _lastETag;

    public IReminderTable Table => this;

    /// <summary>Takes none, so that no reminder wakes a grain.</summary>
    public bool IsFull { get; set; }

    /// <summary>How many there are.</summary>
    public Task<int> Count() => Task.FromResult(_rows.Count);

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Rows(row => row.GrainId == grainId);

    /// <summary>A part of the ring, after the first and up to the last; the whole of it where they are the same.</summary>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Rows(row => row.GrainId.GetUniformHashCode() is var hash
        && (begin < end ? hash > begin && hash <= end : hash > begin || hash <= end));

    public Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(_rows.GetValueOrDefault((grainId, reminderName))!);

    public Task<string> UpsertRow(ReminderEntry entry)
    {
        if (IsFull)
        {
            throw new IOException("full");
        }

        entry.ETag = Interlocked.Increment(ref _lastETag).ToString(CultureInfo.InvariantCulture);
        _rows[(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult(entry.ETag);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Task.FromResult(
        _rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == eTag && _rows.TryRemove(new((grainId, reminderName), row)));

    public Task TestOnlyClearTable()
    {
        _rows.Clear();
        return Task.CompletedTask;
    }

    private Task<ReminderTableData> Rows(Func<ReminderEntry, bool> isWanted) => Task.FromResult(new ReminderTableData(_rows.Values.Where(isWanted)));
}
#endif
