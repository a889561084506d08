using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

public sealed class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageSuite
{
    [Fact]
    public async Task Operators_can_query_the_states_as_json()
    {
        await using var test = await StartedAsync();
        await test.WriteAsync("a", new Note { Text = "hello" });

        (await test.RunForeignAsync("SELECT data::json ->> 'text' FROM grain_state")).ShouldBe("hello");
    }

    private protected override async Task<TestStore> StartedAsync(StorageOptions? options = null) =>
        await new PostgresTestStore(await postgres.CreateDatabaseAsync()) { Options = options ?? new StorageOptions() }.StartAsync();
}
