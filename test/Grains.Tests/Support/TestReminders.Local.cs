#if !ENGINE_ORLEANS
namespace Orchestrator.Support;

/// <summary>Reminders in memory, which outlive the engine.</summary>
internal sealed class TestReminders
{
    public MemoryReminderTable Table { get; } = new();

    /// <summary>How many there are.</summary>
    public async Task<int> Count() => (await Table.ReadAll(CancellationToken.None)).Count;
}
#endif
