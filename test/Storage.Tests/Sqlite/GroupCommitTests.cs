using System.Globalization;

namespace Orchestrator.Storage.Sqlite;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task A_thousand_waiting_writes_cost_few_commits()
    {
        await using var test = await new SqliteTestStore().StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => test.WriteAsync(Key(i), new Note { Number = i })));

        var status = test.Store.Status;
        status.Writes.ShouldBe(1000);
        status.Commits.ShouldBeLessThan(100);
        status.Batches.Sum(bucket => bucket.Commits).ShouldBe(status.Commits);
        (status.QueueLength, status.QueueBytes).ShouldBe((0, 0));
        for (var i = 0; i < 1000; i += 111)
        {
            (await test.ReadAsync(Key(i))).State!.Number.ShouldBe(i);
        }
    }

    [Fact]
    public async Task One_conflict_leaves_the_other_writes_of_its_transaction()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("taken", new Note());
        var before = test.Store.Status.Commits;
        using var hold = new Hold(test.Store);

        var first = test.WriteAsync("a", new Note());
        var conflict = test.WriteAsync("taken", new Note { Number = 9 });
        var last = test.WriteAsync("b", new Note());
        hold.Release();

        await first;
        await last;
        await Should.ThrowAsync<InconsistentStateException>(() => conflict);
        (await test.ReadAsync("taken")).State!.Number.ShouldBe(0);
        (test.Store.Status.Commits - before).ShouldBe(2, "the held transaction, and one for the three");
    }

    [Fact]
    public async Task One_faulty_write_leaves_the_other_writes_of_its_transaction()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        using var hold = new Hold(test.Store);

        var first = test.WriteAsync("a", new Note());
        var faulty = test.Store.WriteAsync(0, (session, _) => session.Execute("INSERT INTO reminder DEFAULT VALUES"));
        var last = test.WriteAsync("b", new Note());
        hold.Release();

        await first;
        await last;
        await Should.ThrowAsync<StorageFailedException>(() => faulty);
        (await test.ReadAsync("b")).RecordExists.ShouldBeTrue();
        test.Store.Status.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_batch_is_bounded_in_number()
    {
        await using var test = await new SqliteTestStore { Options = new StorageOptions { BatchMax = 10 } }.StartAsync();
        using var hold = new Hold(test.Store);

        var writes = Task.WhenAll(Enumerable.Range(0, 100).Select(i => test.WriteAsync(Key(i), new Note())));
        hold.Release();
        await writes;

        test.Store.Status.Commits.ShouldBe(11);
    }

    [Fact]
    public async Task A_batch_is_bounded_in_bytes()
    {
        var options = new StorageOptions { BatchBytesMax = 1024 };
        await using var test = await new SqliteTestStore { Options = options }.StartAsync();
        using var hold = new Hold(test.Store);

        var large = new Note { Text = new string('x', 2000) };
        var writes = Task.WhenAll(Enumerable.Range(0, 4).Select(i => test.WriteAsync(Key(i), large)));
        hold.Release();
        await writes;

        test.Store.Status.Commits.ShouldBe(5);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        await using var test = await new SqliteTestStore { Options = new StorageOptions { WriteQueueMax = 3 } }.StartAsync();
        using var hold = new Hold(test.Store);

        Task[] taken = [.. Enumerable.Range(0, 3).Select(i => test.WriteAsync(Key(i), new Note()))];
        var refused = test.WriteAsync("one too many", new Note());

        refused.IsFaulted.ShouldBeTrue("a full queue must not wait");
        await Should.ThrowAsync<StorageBusyException>(() => refused);
        test.Store.Status.QueueLength.ShouldBe(3);
        hold.Release();
        await Task.WhenAll(taken);
        (await test.ReadAsync("one too many")).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_queue_is_full_by_its_bytes_too_but_takes_any_single_write()
    {
        var options = new StorageOptions { WriteQueueBytesMax = 1024 };
        await using var test = await new SqliteTestStore { Options = options }.StartAsync();
        using var hold = new Hold(test.Store);

        var single = test.WriteAsync("a", new Note { Text = new string('x', 5000) });
        await Should.ThrowAsync<StorageBusyException>(() => test.WriteAsync("b", new Note()));

        hold.Release();
        await single;
    }

    [Fact]
    public async Task Closing_writes_what_waits_and_leaves_one_file()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        var writes = Task.WhenAll(
            Enumerable.Range(0, 500).Select(i => test.WriteAsync(Key(i), new Note { Number = i })));
        var closed = test.Store;

        await test.StopAsync();

        await writes;
        Directory.GetFiles(test.Directory).ShouldBe([test.Database]);
        closed.Status.IsHealthy.ShouldBeFalse();
        await test.StartAsync();
        (await test.ReadAsync("499")).State!.Number.ShouldBe(499);
    }

    private static string Key(int number) => number.ToString(CultureInfo.InvariantCulture);
}
