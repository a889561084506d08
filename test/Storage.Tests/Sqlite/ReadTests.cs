namespace Orchestrator.Storage.Sqlite;

public sealed class ReadTests
{
    [Fact]
    public async Task A_read_that_fails_is_answered_and_the_next_one_works()
    {
        await using var test = await new SqliteTestStore { Options = new StorageOptions { Readers = 1 } }.StartAsync();
        await test.WriteAsync("a", new Note());
        await using var foreign = test.OpenForeign();
        foreign.Run("ALTER TABLE grain_state RENAME TO hidden");

        await Should.ThrowAsync<StorageFailedException>(() => test.ReadAsync("a"));

        foreign.Run("ALTER TABLE hidden RENAME TO grain_state");
        (await test.ReadAsync("a")).RecordExists.ShouldBeTrue();
        test.Store.Status.ReadsFailed.ShouldBe(1);
    }

    [Fact]
    public async Task Reads_do_not_wait_for_the_writer()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("a", new Note { Number = 1 });
        using var hold = new Hold(test.Store);

        var read = await test.ReadAsync("a");

        read.State!.Number.ShouldBe(1);
        hold.Answer.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_read_that_hangs_is_answered_in_time_and_one_too_many_at_once()
    {
        var timeout = TimeSpan.FromMilliseconds(200);
        var options = new StorageOptions { Readers = 1, ReadQueueMax = 1, ReadTimeout = timeout };
        await using var test = await new SqliteTestStore { Options = options }.StartAsync();
        using var entered = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var hanging = test.Store.ReadAsync(_ =>
        {
            entered.Set();
            return released.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        });
        entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).ShouldBeTrue();

        var waiting = test.ReadAsync("a");
        var refused = test.ReadAsync("a");

        refused.IsFaulted.ShouldBeTrue("a full queue must not wait");
        await Should.ThrowAsync<StorageBusyException>(() => refused);
        await Should.ThrowAsync<StorageFailedException>(() => hanging);
        await Should.ThrowAsync<StorageFailedException>(() => waiting);
        released.Set();
        await test.StopAsync();
    }
}
