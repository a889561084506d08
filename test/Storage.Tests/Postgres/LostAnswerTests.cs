using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

/// <summary>A write is done, and its answer is lost: it must be acknowledged, and must not be done twice.</summary>
public sealed class LostAnswerTests(PostgresFixture postgres)
{
    private static readonly GrainId Id = GrainId.Create("note", "a");

    [Fact]
    public async Task A_first_write_whose_answer_is_lost_is_there_once()
    {
        var (proxy, test) = await StartedAsync();
        var entry = new Entry { State = new Note { Number = 1 } };
        object? between = null;
        proxy.LoseNext("INSERT 0 1", async () => between = await test.RunForeignAsync("SELECT version FROM grain_state"));

        await test.Grains.WriteStateAsync("note", Id, entry);

        proxy.Lost.ShouldBe(1);
        entry.ETag.ShouldBe($"{between}", "the first try's number");
        await StillWritableAsync(test, entry);
        await EndAsync(proxy, test);
    }

    [Fact]
    public async Task A_change_whose_answer_is_lost_is_recognised()
    {
        var (proxy, test) = await StartedAsync();
        var entry = new Entry { State = new Note { Number = 1 } };
        await test.Grains.WriteStateAsync("note", Id, entry);
        object? between = null;
        proxy.LoseNext("UPDATE 1", async () => between = await test.RunForeignAsync("SELECT data::json ->> 'number' FROM grain_state"));

        entry.State!.Number = 2;
        await test.Grains.WriteStateAsync("note", Id, entry);

        (proxy.Lost, between).ShouldBe((1, "2"));
        (await test.ReadAsync("a")).ETag.ShouldBe(entry.ETag);
        await StillWritableAsync(test, entry);
        await EndAsync(proxy, test);
    }

    [Fact]
    public async Task A_removal_whose_answer_is_lost_is_recognised()
    {
        var (proxy, test) = await StartedAsync();
        var entry = new Entry { State = new Note { Number = 1 } };
        await test.Grains.WriteStateAsync("note", Id, entry);
        object? between = null;
        proxy.LoseNext("DELETE 1", async () => between = await test.RunForeignAsync("SELECT count(*) FROM grain_state"));

        await test.Grains.ClearStateAsync("note", Id, entry);

        (proxy.Lost, between).ShouldBe((1, 0L));
        (entry.ETag, entry.RecordExists).ShouldBe((null, false));
        await EndAsync(proxy, test);
    }

    [Fact]
    public async Task Who_was_written_over_in_between_is_told_of_the_conflict()
    {
        var (proxy, test) = await StartedAsync();
        var entry = new Entry { State = new Note { Number = 1 } };
        await test.Grains.WriteStateAsync("note", Id, entry);
        proxy.LoseNext("UPDATE 1", () => test.RunForeignAsync("UPDATE grain_state SET version = 1, data = '{\"number\":9}'"));

        entry.State!.Number = 2;
        await Should.ThrowAsync<InconsistentStateException>(() => test.Grains.WriteStateAsync("note", Id, entry));

        proxy.Lost.ShouldBe(1);
        (await test.ReadAsync("a")).State!.Number.ShouldBe(9, "a repeat must not write over somebody else's");
        await EndAsync(proxy, test);
    }

    [Fact]
    public async Task A_removal_of_what_was_made_anew_in_between_is_a_conflict()
    {
        var (proxy, test) = await StartedAsync();
        var entry = new Entry { State = new Note { Number = 1 } };
        await test.Grains.WriteStateAsync("note", Id, entry);
        proxy.LoseNext("DELETE 1", () => test.RunForeignAsync("INSERT INTO grain_state VALUES ('note', 'a', 'note', 1, '{}')"));

        await Should.ThrowAsync<InconsistentStateException>(() => test.Grains.ClearStateAsync("note", Id, entry));

        (await test.ReadAsync("a")).RecordExists.ShouldBeTrue();
        await EndAsync(proxy, test);
    }

    private static async Task StillWritableAsync(PostgresTestStore test, Entry entry)
    {
        entry.State!.Number = 3;
        await test.Grains.WriteStateAsync("note", Id, entry);
        (await test.ReadAsync("a")).State!.Number.ShouldBe(3);
        test.Status.IsHealthy.ShouldBeTrue();
    }

    private async Task<(LossyProxy Proxy, PostgresTestStore Test)> StartedAsync()
    {
        var proxy = new LossyProxy(await postgres.CreateDatabaseAsync());
        return (proxy, await new PostgresTestStore(proxy.Database).StartAsync());
    }

    private static async Task EndAsync(LossyProxy proxy, PostgresTestStore test)
    {
        await test.DisposeAsync();
        await proxy.DisposeAsync();
    }
}
