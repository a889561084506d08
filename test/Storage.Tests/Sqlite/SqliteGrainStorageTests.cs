namespace Orchestrator.Storage.Sqlite;

public sealed class SqliteGrainStorageTests : GrainStorageSuite
{
    [Fact]
    public async Task The_state_is_taken_as_it_is_at_the_call()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        using var hold = new Hold(test.Store);
        var entry = new Entry { State = new Note { Text = "at the call" } };

        var write = test.Grains.WriteStateAsync("note", GrainId.Create("note", "a"), entry);
        entry.State.Text = "afterwards";
        hold.Release();
        await write;

        (await test.ReadAsync("a")).State!.Text.ShouldBe("at the call");
    }

    [Fact]
    public async Task Operators_can_query_the_states_as_json()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("a", new Note { Text = "hello" });

        await using var foreign = test.OpenForeign();

        foreign.Run("SELECT json_extract(data, '$.text') FROM grain_state").ShouldBe("hello");
    }

    private protected override async Task<TestStore> StartedAsync(StorageOptions? options = null) =>
        await new SqliteTestStore { Options = options ?? new StorageOptions() }.StartAsync();
}
