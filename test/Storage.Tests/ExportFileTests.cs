using Orchestrator.Storage.Postgres;
using Orchestrator.Storage.Sqlite;
using Orchestrator.Testing;

namespace Orchestrator.Storage;

/// <summary>Everything durable goes from one store into another, and back.</summary>
public sealed class ExportFileTests(PostgresFixture postgres) : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 123, 456, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("storage-export-").FullName;

    private CancellationToken Cancel { get; } = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Everything_goes_from_SQLite_to_PostgreSQL_and_back()
    {
        await using var from = await FilledAsync();
        await using var between = await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();
        await using var back = await new SqliteTestStore().StartAsync();

        var there = await CopyAsync(from, between, "there");
        await CopyAsync(between, back, "back");
        await ExportFile.WriteAsync(FileOf("again"), back.Started.ExportAsync(Cancel), Cancel);

        there.ShouldBe(1 + 103 + 2);
        Lines("back").ShouldBe(Lines("there"), ignoreOrder: true);
        Lines("again").ShouldBe(Lines("there"), ignoreOrder: true);
        foreach (var store in new TestStore[] { from, between, back })
        {
            (await store.ReadAsync("Zoë \0 \\0")).State.ShouldBeEquivalentTo(new Note { Text = "\0 \"äöü\" 🎻", Number = 7 });
            (await store.RunForeignAsync("SELECT count(*) FROM reminder")).ShouldBe(2L);
        }
    }

    [Fact]
    public async Task The_token_key_goes_along_and_states_stay_writable()
    {
        await using var from = await FilledAsync();
        await using var to = await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();
        var key = (await from.Started.TokenKeyAsync(Cancel)).Bytes;
        (await to.Started.TokenKeyAsync(Cancel)).Bytes.ShouldNotBe(key);

        await CopyAsync(from, to, "there");

        (await to.Started.TokenKeyAsync(Cancel)).Bytes.ShouldBe(key);
        var entry = await to.ReadAsync("50");
        entry.State!.Number = 51;
        await to.Grains.WriteStateAsync("note", GrainId.Create("note", "50"), entry);
        (await to.ReadAsync("50")).State!.Number.ShouldBe(51);
    }

    [Fact]
    public async Task A_store_that_is_not_empty_is_refused()
    {
        await using var from = await FilledAsync();
        await using var sqlite = await new SqliteTestStore().StartAsync();
        await using var to = await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();
        foreach (var store in new TestStore[] { sqlite, to })
        {
            await store.WriteAsync("here already", new Note());

            (await Should.ThrowAsync<StorageUnavailableException>(() => CopyAsync(from, store, $"{store.GetType().Name}"))).Message.ShouldContain("is not empty");

            (await store.ReadAsync("50")).RecordExists.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData(-1, "ends after 107 lines, without the line that counts its rows")]
    [InlineData(-50, "without the line that counts its rows")]
    [InlineData(50, "does not have the 106 rows that its last line counts")]
    public async Task A_file_that_is_not_whole_leaves_nothing_behind(int without, string sentence)
    {
        await using var from = await FilledAsync();
        await ExportFile.WriteAsync(FileOf("whole"), from.Started.ExportAsync(Cancel), Cancel);
        var lines = await File.ReadAllLinesAsync(FileOf("whole"), Cancel);
        await File.WriteAllLinesAsync(FileOf("part"), without < 0 ? lines[..^-without] : [.. lines[..without], .. lines[(without + 1)..]], Cancel);
        await using var sqlite = await new SqliteTestStore().StartAsync();
        await using var to = await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();

        foreach (var store in new TestStore[] { sqlite, to })
        {
            var key = (await store.Started.TokenKeyAsync(Cancel)).Bytes;
            var thrown = await Should.ThrowAsync<ExportFileException>(() => store.Started.ImportAsync(ExportFile.ReadAsync(FileOf("part"), Cancel), Cancel));

            thrown.Message.ShouldContain(sentence);
            (await store.ReadAsync("0")).RecordExists.ShouldBeFalse();
            (await store.Started.TokenKeyAsync(Cancel)).Bytes.ShouldBe(key);
            await store.WriteAsync("a", new Note());
        }
    }

    [Theory]
    [InlineData("a letter to my aunt", "Line 1 of")]
    [InlineData("{\"orchestratorExport\":2}", "has the format 2; this program knows 1")]
    [InlineData("{\"orchestratorExport\":1}\n{\"type\":\"surprise\"}", "Line 2 of")]
    [InlineData("{\"orchestratorExport\":1}\n{\"type\":\"state\",\"kind\":\"a\",\"key\":null,\"name\":\"c\",\"data\":{}}", "Line 2 of")]
    [InlineData("{\"orchestratorExport\":1}\n{\"type\":\"state\",\"kind\":\"a\",\"key\":\"b\",\"data\":{}}", "Line 2 of")]
    [InlineData("", "ends after 0 lines")]
    [InlineData(
        "{\"orchestratorExport\":1}\n{\"type\":\"state\",\"kind\":\"a\",\"key\":\"b\",\"name\":\"c\",\"data\":{}}\n{\"type\":\"state\",\"kind\":\"a\",\"key\":\"b\",\"name\":\"c\",\"data\":{}}\n{\"rows\":2}",
        "is about the same as line 2")]
    [InlineData("{\"orchestratorExport\":1}\n{\"type\":\"tokenKey\",\"bytes\":\"AA==\"}\n{\"type\":\"tokenKey\",\"bytes\":\"AB==\"}\n{\"rows\":2}", "Line 3 of")]
    public async Task A_line_that_is_none_is_named(string text, string sentence)
    {
        await File.WriteAllTextAsync(FileOf("wrong"), text, Cancel);

        var thrown = await Should.ThrowAsync<ExportFileException>(async () => await ExportFile.ReadAsync(FileOf("wrong"), Cancel).CountAsync(Cancel));

        thrown.Message.ShouldContain(sentence);
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_written_over_and_only_its_owner_reads_a_new_one()
    {
        await using var from = await FilledAsync();
        await ExportFile.WriteAsync(FileOf("a"), from.Started.ExportAsync(Cancel), Cancel);

        await Should.ThrowAsync<ExportFileException>(() => ExportFile.WriteAsync(FileOf("a"), from.Started.ExportAsync(Cancel), Cancel));

        Assert.SkipWhen(OperatingSystem.IsWindows(), "there the directory's rights are inherited");
#pragma warning disable CA1416 // skipped there
        File.GetUnixFileMode(FileOf("a")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        Directory.GetFiles(_directory).ShouldBe([FileOf("a")]);
    }

    [Fact]
    public async Task A_state_that_cannot_be_understood_is_named_and_no_file_is_left()
    {
        await using var from = await FilledAsync();
        await from.RunForeignAsync("UPDATE grain_state SET data = '{ nonsense' WHERE key = '50'");

        (await Should.ThrowAsync<InvalidDataException>(() => ExportFile.WriteAsync(FileOf("a"), from.Started.ExportAsync(Cancel), Cancel)))
            .Message.ShouldStartWith("The stored state note of note/50 cannot be understood");

        Directory.GetFiles(_directory).ShouldBeEmpty();
    }

    private async Task<long> CopyAsync(TestStore from, TestStore to, string file)
    {
        var rows = await ExportFile.WriteAsync(FileOf(file), from.Started.ExportAsync(Cancel), Cancel);
        await to.Started.ImportAsync(ExportFile.ReadAsync(FileOf(file), Cancel), Cancel);
        return rows;
    }

    private static async Task<SqliteTestStore> FilledAsync()
    {
        var test = await new SqliteTestStore().StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => test.WriteAsync($"{i}", new Note { Number = i })));
        await test.WriteAsync("Zoë \0 \\0", new Note { Text = "\0 \"äöü\" 🎻", Number = 7 });
        await test.WriteAsync("large", new Note { Text = new string('ü', 500_000) });
        await test.Grains.WriteStateAsync("another", GrainId.Create("note", "0"), new Entry { State = new Note { Number = 99 } });
        await RemindAsync(test, "close", TimeSpan.FromMinutes(1.5), Noon + TimeSpan.FromHours(1));
        await RemindAsync(test, "other", TimeSpan.FromDays(400), Noon);
        return test;
    }

    /// <summary>As the table is, because each engine has another way to it.</summary>
    private static Task<object?> RemindAsync(TestStore test, string name, TimeSpan period, DateTimeOffset next) => test.RunForeignAsync(
        "INSERT INTO reminder (kind, key, name, first_tick, period, next_tick) "
        + $"VALUES ('{TestStore.Grain.Type}', '{TestStore.Grain.Key}', '{name}', {Noon.UtcTicks}, {period.Ticks}, {next.UtcTicks})");

    private string FileOf(string name) => Path.Combine(_directory, name);

    private string[] Lines(string name) => File.ReadAllLines(FileOf(name));
}
