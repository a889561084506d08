using Orchestrator.Testing;

namespace Orchestrator.Storage.Sqlite;

public sealed class StartTests
{
    [Fact]
    public async Task A_file_that_is_no_database_is_named_and_left_alone()
    {
        await using var test = new SqliteTestStore();
        var content = string.Concat(Enumerable.Repeat("This is a letter to my aunt. ", 400));
        await File.WriteAllTextAsync(test.Database, content, TestContext.Current.CancellationToken);

        var thrown = await test.StartFailsAsync();

        thrown.Message.ShouldStartWith($"The database {test.Database} is damaged (");
        thrown.Message.ShouldContain("Put a backup in its place, or move it away");
        (await File.ReadAllTextAsync(test.Database, TestContext.Current.CancellationToken)).ShouldBe(content);
    }

    [Fact]
    public async Task A_truncated_file_is_seen()
    {
        await using var test = await Filled();
        await using (var file = File.OpenWrite(test.Database))
        {
            file.SetLength(file.Length / 2);
        }

        (await test.StartFailsAsync()).Message.ShouldStartWith($"The database {test.Database} is damaged (");
    }

    [Fact]
    public async Task A_file_with_overwritten_pages_is_seen()
    {
        await using var test = await Filled();
        await using (var file = File.OpenWrite(test.Database))
        {
            file.Position = 4096 * 3;
            var noise = new byte[4096 * 20];
            new Random(1).NextBytes(noise);
            await file.WriteAsync(noise, TestContext.Current.CancellationToken);
        }

        (await test.StartFailsAsync()).Message.ShouldStartWith($"The database {test.Database} is damaged (");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_left_alone()
    {
        await using var test = await Filled();
        await using (var foreign = test.OpenForeign())
        {
            foreign.Run($"PRAGMA user_version = {SqliteSchema.Version + 1}");
        }

        var thrown = await test.StartFailsAsync();

        thrown.Message.ShouldContain("was written by a newer version of this program (schema 2, this one knows 1).");
        await using var check = test.OpenForeign();
        check.Run("PRAGMA user_version").ShouldBe((long)SqliteSchema.Version + 1);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_alone()
    {
        await using var test = new SqliteTestStore();
        await using (var foreign = test.OpenForeign())
        {
            foreign.Run("CREATE TABLE recipes (name TEXT)");
        }

        (await test.StartFailsAsync()).Message.ShouldContain("was made by another program");

        await using var check = test.OpenForeign();
        check.Run("SELECT group_concat(name) FROM sqlite_master").ShouldBe("recipes");
    }

    [Fact]
    public async Task An_empty_file_becomes_a_database()
    {
        await using var test = new SqliteTestStore();
        await File.WriteAllBytesAsync(test.Database, [], TestContext.Current.CancellationToken);

        await test.StartAsync();

        await test.WriteAsync("a", new Note());
    }

    [Fact]
    public async Task A_database_that_stays_locked_is_given_up_in_time_and_can_be_started_later()
    {
        var options = new StorageOptions { StartTimeout = TimeSpan.FromMilliseconds(400) };
        // SQLite itself waits for a lock, by the machine's clock; what bounds the start as a whole stands still.
        await using var test = new SqliteTestStore { Options = options, Time = new ManualTimeProvider() };
        await test.StartAsync();
        await test.StopAsync();
        await using (var foreign = test.OpenForeign())
        {
            foreign.Run("BEGIN IMMEDIATE");

            var thrown = await test.StartFailsAsync().WaitAsync(TimeSpan.FromSeconds(30));

            thrown.Message.ShouldBe(
                $"The database {test.Database} is locked by another program. "
                + "Close that program (a database browser, a backup), then start again.");
        }
        await test.StartAsync();
    }

    [Fact]
    public async Task A_disk_that_does_not_answer_is_given_up_in_time()
    {
        using var answers = new ManualResetEventSlim();
        await using var test = new SqliteTestStore
        {
            Options = new StorageOptions { StartTimeout = TimeSpan.FromMilliseconds(200) },
            WriterOpened = _ => answers.Wait(TimeSpan.FromSeconds(30)),
        };

        var thrown = await test.StartFailsAsync();

        answers.Set();
        thrown.Message.ShouldBe(
            $"The database {test.Database} could not be opened within 0.2 s, because its disk does not answer. "
            + "Look at the disk and its mount, then start again.");
    }

    [Fact]
    public async Task A_full_disk_is_seen_at_the_start()
    {
        using var disk = SmallDisk.Mount("size=1m");
        await using var test = new SqliteTestStore(disk.Path);
        disk.Fill();

        var thrown = await test.StartFailsAsync();

        thrown.Message.ShouldMatch("full|free space");
    }

    [Fact]
    public async Task A_file_that_may_not_be_written_is_seen_at_the_start()
    {
        using var disk = SmallDisk.Mount("size=4m");
        await using var test = await new SqliteTestStore(disk.Path).StartAsync();
        await test.StopAsync();
        disk.MakeReadOnly();

        var thrown = await test.StartFailsAsync();

        thrown.Message.ShouldContain("Give this user the right to write the file and its directory");
    }

    /// <summary>A closed database with some hundred pages.</summary>
    private static async Task<SqliteTestStore> Filled()
    {
        var test = await new SqliteTestStore().StartAsync();
        var note = new Note { Text = new string('x', 1000) };
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => test.WriteAsync($"{i}", note)));
        await test.StopAsync();
        return test;
    }
}
