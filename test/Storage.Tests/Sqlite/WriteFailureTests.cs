using Orchestrator.Testing;
using SQLitePCL;
using static Orchestrator.Testing.Polling;

namespace Orchestrator.Storage.Sqlite;

public sealed class WriteFailureTests
{
    [Fact]
    public async Task A_write_that_waited_too_long_is_answered_and_never_done()
    {
        var time = new ManualTimeProvider();
        await using var test = await new SqliteTestStore { Time = time }.StartAsync();
        using var hold = new Hold(test.Store);

        var waiting = test.WriteAsync("late", new Note());
        time.Advance(test.Options.WriteTimeout);
        var late = await Should.ThrowAsync<StorageFailedException>(() => waiting);
        var running = await Should.ThrowAsync<StorageFailedException>(() => hold.Answer);

        late.Message.ShouldContain("was not done");
        running.Message.ShouldContain("not known");
        test.Store.Status.IsHealthy.ShouldBeFalse("a transaction hangs");
        hold.Release();
        await Eventually(() => test.Store.Status.IsHealthy ? null : "still not healthy");
        await test.WriteAsync("next", new Note());
        (await test.ReadAsync("late")).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task Another_programs_lock_fails_writes_in_time_and_its_end_brings_them_back()
    {
        var tries = 0;
        var time = new ManualTimeProvider();
        await using var test = await new SqliteTestStore
        {
            Time = time,
            WriterOpened = writer => raw.sqlite3_trace(
                writer.Handle, (_, sql) => Interlocked.Add(ref tries, sql.StartsWith("BEGIN", StringComparison.Ordinal) ? 1 : 0), null),
        }.StartAsync();
        await test.WriteAsync("before", new Note());
        await using var foreign = test.OpenForeign();
        foreign.Run("BEGIN IMMEDIATE");

        var triesBefore = Volatile.Read(ref tries);
        var during = test.WriteAsync("during", new Note());
        await Eventually(() => Volatile.Read(ref tries) > triesBefore ? null : "the writer has not seen the write");
        time.Advance(test.Options.WriteTimeout);

        await Should.ThrowAsync<StorageFailedException>(() => during);
        (await test.ReadAsync("before")).RecordExists.ShouldBeTrue("readers need no lock");
        await Eventually(() => test.Store.Status.IsHealthy ? "healthy in spite of the lock" : null);
        test.Store.Status.LastError.ShouldBe($"The database {test.Database} is locked by another program.");
        foreign.Run("ROLLBACK");
        await Eventually(() => test.Store.Status.IsHealthy ? null : "not healthy after the lock has gone");
        await test.WriteAsync("after", new Note());
        (await test.ReadAsync("during")).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_write_waits_for_a_short_lock()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await using var foreign = test.OpenForeign();
        foreign.Run("BEGIN IMMEDIATE");

        var write = test.WriteAsync("a", new Note());
        await Eventually(() => test.Store.Status.QueueLength == 1 ? null : "the write does not wait in the queue");
        foreign.Run("ROLLBACK");

        await write;
        test.Store.Status.LastError.ShouldBeNull();
    }

    [Fact]
    public async Task A_database_that_may_not_grow_fails_the_whole_batch_and_recovers()
    {
        var isFull = false;
        await using var test = await new SqliteTestStore
        {
            WriterOpened = writer =>
                writer.Run(Volatile.Read(ref isFull) ? "PRAGMA max_page_count = 1" : "PRAGMA user_version"),
        }.StartAsync();
        await test.WriteAsync("before", new Note());
        Volatile.Write(ref isFull, true);
        // The same limit on the connection that is open already; 1 is lifted to what the file has.
        await test.Store.WriteAsync(0, (session, _) => session.Scalar("PRAGMA max_page_count = 1"));
        using var hold = new Hold(test.Store);

        Task[] batch =
        [
            test.WriteAsync("small", new Note()),
            test.WriteAsync("large", new Note { Text = new string('x', 1_000_000) }),
        ];
        hold.Release();
        foreach (var write in batch)
        {
            (await Should.ThrowAsync<StorageFailedException>(() => write)).Message.ShouldEndWith("is full.");
        }
        // Who waits for the write hears of it first; and the writer's own small test may fit into what is free in the file.
        await Eventually(() => test.Store.Status.CommitsFailed > 0 ? null : "it is not counted");
        test.Store.Status.LastError.ShouldNotBeNull().ShouldEndWith("is full.");
        (await test.ReadAsync("small")).RecordExists.ShouldBeFalse("nothing of the batch may be there");

        Volatile.Write(ref isFull, false);
        await Eventually(() => test.Store.Status.IsHealthy ? null : test.Store.Status.LastError);
        await test.WriteAsync("large", new Note { Text = new string('x', 1_000_000) });
    }

    [Theory]
    [InlineData("/dev/null", FileAccess.Read, "answered with an error")]
    [InlineData("/dev/full", FileAccess.ReadWrite, "is full.")]
    public async Task The_writer_recovers_from_a_disk_that_fails(string device, FileAccess access, string sentence)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "replaces an open file by its number");
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("before", new Note());

        OpenFiles.Replace(test.Database + "-wal", device, access);

        var thrown = await Should.ThrowAsync<StorageFailedException>(() => test.WriteAsync("failed", new Note()));
        thrown.Message.ShouldContain(sentence);
        // Who waits for the write hears of it first.
        await Eventually(() => test.Store.Status.LastError is { } error && error.Contains(sentence, StringComparison.Ordinal) ? null : "the status does not say why");
        await test.WriteAsync("after", new Note());
        test.Store.Status.IsHealthy.ShouldBeTrue();
        (await test.ReadAsync("before")).RecordExists.ShouldBeTrue();
        (await test.ReadAsync("after")).RecordExists.ShouldBeTrue();
        (await test.ReadAsync("failed")).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_full_disk_fails_writes_but_not_reads_and_freed_space_brings_them_back()
    {
        using var disk = SmallDisk.Mount("size=4m");
        await using var test = await new SqliteTestStore(disk.Path).StartAsync();
        await test.WriteAsync("before", new Note());
        var large = new Note { Text = new string('x', 500_000) };
        disk.Fill();

        var thrown = await Should.ThrowAsync<StorageFailedException>(() => test.WriteAsync("large", large));

        thrown.Message.ShouldBe($"The disk of {test.Database} is full.");
        (await test.ReadAsync("before")).RecordExists.ShouldBeTrue();
        disk.Free();
        await Eventually(() => test.Store.Status.IsHealthy ? null : test.Store.Status.LastError);
        await test.WriteAsync("large", large);
        await test.StartAsync();
        (await test.ReadAsync("large")).State!.Text.ShouldBe(large.Text);
    }

    [Fact]
    public async Task Closing_does_not_wait_for_a_disk_that_stays_full()
    {
        using var disk = SmallDisk.Mount("size=4m");
        // On a clock that stands still nothing else would ever end the closing.
        await using var test = await new SqliteTestStore(disk.Path) { Time = new ManualTimeProvider() }.StartAsync();
        disk.Fill();
        var large = new Note { Text = new string('x', 500_000) };
        await Should.ThrowAsync<StorageFailedException>(() => test.WriteAsync("a", large));

        var waiting = test.WriteAsync("b", large);
        await test.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        await Should.ThrowAsync<StorageFailedException>(() => waiting);
    }
}
