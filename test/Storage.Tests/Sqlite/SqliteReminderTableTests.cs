namespace Orchestrator.Storage.Sqlite;

public sealed class SqliteReminderTableTests : ReminderTableSuite
{
    private protected override async Task<TestStore> StartedAsync() => await new SqliteTestStore().StartAsync();
}
