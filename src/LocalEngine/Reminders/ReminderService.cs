using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine;

/// <summary>
/// Holds all reminders in memory, as the table has them, and calls the grains whose reminders are due. A reminder that
/// was due more than once while the process was down, or its grain busy, ticks once.
/// </summary>
internal sealed class ReminderService(Engine engine) : IDisposable
{
    internal static readonly TimeSpan PeriodMin = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Dictionary<(GrainId Grain, string Name), Entry> _entries = [];

    // Every change makes a new entry and queues it; an entry that is not the present one any more is passed over.
    private readonly PriorityQueue<Entry, DateTimeOffset> _byDue = new();

    private IReminderTable Table => engine.Services.GetRequiredService<IReminderTable>();

    internal async Task Load(CancellationToken cancellationToken)
    {
        foreach (var row in await Table.ReadAll(cancellationToken))
        {
            Put(row);
        }
    }

    internal async Task<IGrainReminder> Register(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, PeriodMin);
        var first = engine.Time.GetUtcNow() + dueTime;
        var row = new ReminderRow(grain, name, first, period, first);
        await InOrder(async () =>
        {
            await Table.Upsert(row);
            Put(row);
        });
        return new Reminder(name);
    }

    internal Task Unregister(GrainId grain, string name) => InOrder(async () =>
    {
        await Table.Remove(grain, name);
        lock (_gate)
        {
            _entries.Remove((grain, name));
        }
    });

    public void Dispose() => _changing.Dispose();

    internal IGrainReminder? Find(GrainId grain, string name)
    {
        lock (_gate)
        {
            return _entries.ContainsKey((grain, name)) ? new Reminder(name) : null;
        }
    }

    internal List<IGrainReminder> Of(GrainId grain)
    {
        lock (_gate)
        {
            return [.. _entries.Keys.Where(key => key.Grain == grain).Select(key => new Reminder(key.Name))];
        }
    }

    internal void FireDue()
    {
        var now = engine.Time.GetUtcNow();
        while (TakeDue(now) is { } due)
        {
            _ = Fire(due, now);
        }
    }

    private Entry? TakeDue(DateTimeOffset now)
    {
        lock (_gate)
        {
            while (_byDue.TryPeek(out var entry, out var due) && due <= now)
            {
                _byDue.Dequeue();
                if (IsPresent(entry))
                {
                    return entry;
                }
            }

            return null;
        }
    }

    private async Task Fire(Entry entry, DateTimeOffset now)
    {
        var row = entry.Row;
        try
        {
            var status = new TickStatus(row.FirstTick.UtcDateTime, row.Period, now.UtcDateTime);
            await engine.Remindable(row.Grain).ReceiveReminder(row.Name, status);
        }
        catch (Exception exception)
        {
            engine.Logger.LogWarning(exception, "Reminder {Name} of {Grain} failed.", row.Name, row.Grain);
        }

        await SetNext(entry);
    }

    private async Task SetNext(Entry entry)
    {
        var row = entry.Row;
        var ticksPassed = (engine.Time.GetUtcNow() - row.FirstTick).Ticks / row.Period.Ticks;
        var next = row with { NextTick = row.FirstTick + (row.Period * (ticksPassed + 1)) };
        await InOrder(async () =>
        {
            if (!IsPresent(entry))
            {
                return; // unregistered or set anew by its own tick
            }

            Put(next);
            try
            {
                await Table.Upsert(next);
            }
            catch (Exception exception)
            {
                engine.Logger.LogWarning(exception, "Reminder {Name} of {Grain} may tick twice.", row.Name, row.Grain);
            }
        });
    }

    /// <summary>One change at a time, so that table and memory agree.</summary>
    private async Task InOrder(Func<Task> change)
    {
        await _changing.WaitAsync();
        try
        {
            await change();
        }
        finally
        {
            _changing.Release();
        }
    }

    private bool IsPresent(Entry entry)
    {
        lock (_gate)
        {
            return _entries.TryGetValue((entry.Row.Grain, entry.Row.Name), out var present) && present == entry;
        }
    }

    private void Put(ReminderRow row)
    {
        lock (_gate)
        {
            var entry = new Entry(row);
            _entries[(row.Grain, row.Name)] = entry;
            _byDue.Enqueue(entry, row.NextTick);
        }
    }

    private sealed class Entry(ReminderRow row)
    {
        internal ReminderRow Row { get; } = row;
    }

    private sealed record Reminder(string ReminderName) : IGrainReminder;
}
