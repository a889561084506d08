using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

public sealed class PostgresReminderTableTests(PostgresFixture postgres) : ReminderTableSuite
{
    private protected override async Task<TestStore> StartedAsync() =>
        await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();
}
