using System.Collections.Concurrent;

namespace Orchestrator.LocalEngine;

/// <summary>Reminders that end with the process.</summary>
public sealed class MemoryReminderTable : IReminderTable
{
    private readonly ConcurrentDictionary<(GrainId Grain, string Name), ReminderRow> _rows = new();

    public Task<IReadOnlyList<ReminderRow>> ReadAll(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReminderRow>>([.. _rows.Values]);

    public Task Upsert(ReminderRow row)
    {
        _rows[(row.Grain, row.Name)] = row;
        return Task.CompletedTask;
    }

    public Task Remove(GrainId grain, string name)
    {
        _rows.TryRemove((grain, name), out _);
        return Task.CompletedTask;
    }
}
