using Orchestrator.Testing;
using static Orchestrator.Testing.Polling;

namespace Orchestrator.Storage.Postgres;

public sealed class PostgresWorkTests(PostgresFixture postgres)
{
    [Fact]
    public async Task No_more_connections_are_opened_than_allowed()
    {
        await using var test = await StartedAsync(new StorageOptions { PostgresConnections = 3 });

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => test.WriteAsync($"{i}", new Note { Number = i })));

        (await test.RunForeignAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orchestrator'")).ShouldBe(3L);
        (await test.ReadAsync("299")).State!.Number.ShouldBe(299);
        test.Status.Writes.ShouldBe(300);
        (test.Status.QueueLength, test.Status.QueueBytes).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_full_line_refuses_at_once()
    {
        await using var test = await StartedAsync(new StorageOptions { WriteQueueMax = 3, PostgresConnections = 2 });
        await using var hold = await HoldAsync(test);

        Task[] taken = [.. Enumerable.Range(0, 3).Select(i => test.WriteAsync($"{i}", new Note()))];
        var refused = test.WriteAsync("one too many", new Note());

        refused.IsFaulted.ShouldBeTrue("a full line must not wait");
        await Should.ThrowAsync<StorageBusyException>(() => refused);
        test.Status.QueueLength.ShouldBe(3);
        test.Status.IsHealthy.ShouldBeTrue("it is the callers who are too many");
        await hold.ReleaseAsync();
        await Task.WhenAll(taken);
        (await test.ReadAsync("one too many")).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_line_is_full_by_its_bytes_too_but_takes_any_single_write()
    {
        await using var test = await StartedAsync(new StorageOptions { WriteQueueBytesMax = 1024 });
        await using var hold = await HoldAsync(test);

        var single = test.WriteAsync("a", new Note { Text = new string('x', 5000) });
        await Should.ThrowAsync<StorageBusyException>(() => test.WriteAsync("b", new Note()));

        await hold.ReleaseAsync();
        await single;
    }

    [Fact]
    public async Task A_write_that_a_database_does_not_answer_is_given_up_in_time()
    {
        var time = new ManualTimeProvider();
        var options = new StorageOptions { WriteTimeout = TimeSpan.FromSeconds(20) };
        await using var test = await StartedAsync(options, time);
        await using var hold = await HoldAsync(test);

        var running = test.WriteAsync("a", new Note());
        await Eventually(async () => await WaitingAsync(test) == 1 ? null : "the database has not got the write");
        time.Advance(options.WriteTimeout);

        (await Should.ThrowAsync<StorageFailedException>(() => running)).Message.ShouldContain("not known whether");
        test.Status.LastError.ShouldNotBeNull().ShouldContain("has not answered in time");
        await hold.ReleaseAsync();
    }

    [Fact]
    public async Task A_write_that_waited_too_long_for_a_connection_is_answered_and_never_done()
    {
        var time = new ManualTimeProvider();
        // The reads have more time than the write, so they keep their connections until it is over.
        var options = new StorageOptions { WriteTimeout = TimeSpan.FromSeconds(20), ReadTimeout = TimeSpan.FromSeconds(60), PostgresConnections = 2 };
        await using var test = await StartedAsync(options, time);
        await using var hold = await HoldAsync(test);

        Task<Entry>[] running = [.. Enumerable.Range(0, 2).Select(i => test.ReadAsync($"{i}"))];
        var waiting = test.WriteAsync("late", new Note());
        time.Advance(options.WriteTimeout);

        (await Should.ThrowAsync<StorageFailedException>(() => waiting)).Message.ShouldContain("was not done");
        test.Status.IsHealthy.ShouldBeFalse();
        await hold.ReleaseAsync();
        await Task.WhenAll(running);
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually(() => test.Status.IsHealthy ? null : test.Status.LastError);
        await test.WriteAsync("next", new Note());
        (await test.ReadAsync("late")).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_row_that_is_refused_is_answered_and_does_not_make_the_store_unhealthy()
    {
        await using var test = await StartedAsync(new StorageOptions());
        await test.RunForeignAsync("ALTER TABLE grain_state ADD CONSTRAINT short CHECK (length(data) < 100)");

        var thrown = await Should.ThrowAsync<StorageFailedException>(() => test.WriteAsync("a", new Note { Text = new string('x', 200) }));

        thrown.Message.ShouldContain("code 23514");
        test.Status.IsHealthy.ShouldBeTrue();
        test.Status.WritesFailed.ShouldBe(1);
        await test.WriteAsync("a", new Note());
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=x;Username=x", "cannot be reached", "Look whether it runs")]
    [InlineData("Host=nowhere.invalid;Database=x;Username=x", "cannot be reached", "Look whether it runs")]
    public async Task A_database_that_is_not_there_is_named_in_time(string database, string what, string advice)
    {
        await using var test = new PostgresTestStore(database) { Options = new StorageOptions { StartTimeout = TimeSpan.FromMilliseconds(500) } };

        var thrown = await test.StartFailsAsync();

        thrown.Message.ShouldContain(what);
        thrown.Message.ShouldContain(advice);
    }

    [Fact]
    public async Task A_database_of_another_name_is_named_at_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var test = new PostgresTestStore($"{database}_and_more");

        (await test.StartFailsAsync()).Message.ShouldStartWith($"There is no database {database.Split('=')[^1]}_and_more at 127.0.0.1:");
    }

    private async Task<PostgresTestStore> StartedAsync(StorageOptions options, TimeProvider? time = null) =>
        await new PostgresTestStore(await postgres.CreateDatabaseAsync()) { Options = options, Time = time ?? TimeProvider.System }.StartAsync();

    /// <summary>How many statements of this database wait for a lock.</summary>
    private static async Task<long> WaitingAsync(PostgresTestStore test) => (long)(await test.RunForeignAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))!;

    private static Task<TableLock> HoldAsync(PostgresTestStore test) => TableLock.TakeAsync(test.Database);
}
