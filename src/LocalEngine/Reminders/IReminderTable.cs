namespace Orchestrator.LocalEngine;

/// <summary>A registered reminder as it is stored. The identity is the grain and the name.</summary>
public sealed record ReminderRow(
    GrainId Grain, string Name, DateTimeOffset FirstTick, TimeSpan Period, DateTimeOffset NextTick);

/// <summary>Where reminders are kept. Read once at start, then only written.</summary>
public interface IReminderTable
{
    Task<IReadOnlyList<ReminderRow>> ReadAll(CancellationToken cancellationToken);

    /// <summary>Stores the row, in place of one of the same grain and name.</summary>
    Task Upsert(ReminderRow row);

    /// <summary>Removes the row, if there is one.</summary>
    Task Remove(GrainId grain, string name);
}
