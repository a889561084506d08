namespace Orchestrator.LocalEngine;

/// <summary>A grain that has reminders: timers that outlive the activation and the process.</summary>
public interface IRemindable : IGrain
{
    Task ReceiveReminder(string reminderName, TickStatus status);
}

/// <summary>Which tick a reminder's call is.</summary>
public readonly record struct TickStatus(DateTime FirstTickTime, TimeSpan Period, DateTime CurrentTickTime);

/// <summary>A registered reminder.</summary>
public interface IGrainReminder
{
    string ReminderName { get; }
}

/// <summary>The reminders of a grain. Periods are a minute or more: for anything faster there are grain timers.</summary>
public static class GrainReminderExtensions
{
    public static Task<IGrainReminder> RegisterOrUpdateReminder(
        this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
        if (grain is not IRemindable)
        {
            throw new InvalidOperationException($"{grain.Context.GrainId} has no reminders: it is not IRemindable.");
        }

        return grain.Context.Engine.Reminders.Register(grain.Context.GrainId, reminderName, dueTime, period);
    }

    public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) =>
        grain.Context.Engine.Reminders.Unregister(grain.Context.GrainId, reminder.ReminderName);

    public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) =>
        Task.FromResult(grain.Context.Engine.Reminders.Find(grain.Context.GrainId, reminderName));

    public static Task<List<IGrainReminder>> GetReminders(this Grain grain) =>
        Task.FromResult(grain.Context.Engine.Reminders.Of(grain.Context.GrainId));
}
