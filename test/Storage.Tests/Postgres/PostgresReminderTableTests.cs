using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

public sealed class PostgresReminderTableTests(PostgresFixture postgres) : ReminderTableSuite
{
    [Fact]
    public async Task A_reminder_whose_answer_is_lost_is_there_once()
    {
        await using var proxy = new LossyProxy(await postgres.CreateDatabaseAsync());
        await using var test = await new PostgresTestStore(proxy.Database).StartAsync();
        var row = new ReminderRow(TestStore.Grain, "close", DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), DateTimeOffset.UnixEpoch);
        proxy.LoseNext("INSERT 0 1", () => Task.CompletedTask);

        await test.Reminders.Upsert(row);

        proxy.Lost.ShouldBe(1);
        (await test.Reminders.ReadAll(TestContext.Current.CancellationToken)).ShouldBe([row]);
    }

    private protected override async Task<TestStore> StartedAsync() =>
        await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();
}
