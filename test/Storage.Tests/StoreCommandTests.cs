using System.Text.Json;
using Orchestrator.Hosting;
using Orchestrator.Storage.Postgres;
using Orchestrator.Storage.Sqlite;
using Orchestrator.Testing;

namespace Orchestrator.Storage;

/// <summary>What an operator does with the store from the command line.</summary>
public sealed class StoreCommandTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("storage-command-").FullName;

    private string Data => Path.Combine(_directory, "data");

    private string Config => Path.Combine(_directory, "orchestrator.json");

    /// <summary>A file, which no data directory can be made of.</summary>
    private string NotUsable => Config;

    private string Export => Path.Combine(_directory, "all.jsonl");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Migrate_makes_the_tables_also_where_the_start_may_not()
    {
        var database = await ConfiguredAsync();

        (await RunAsync("database", "migrate", "--config", Config)).ShouldBe(ExitCode.Success);
        (await RunAsync("database", "migrate", "--config", Config)).ShouldBe(ExitCode.Success);

        (await PostgresServer.ExecuteAsync(database, "SELECT max(version) FROM orchestrator.migration")).ShouldBe(2);
        await PostgresServer.ExecuteAsync(database, "INSERT INTO orchestrator.migration (version) VALUES (99)");
        (await RunAsync("database", "migrate", "--config", Config)).ShouldBe(ExitCode.Storage);
    }

    [Fact]
    public async Task Export_and_import_move_everything_and_need_no_data_directory_with_PostgreSQL()
    {
        var database = await ConfiguredAsync();
        byte[] key;
        await using (var sqlite = await new SqliteTestStore(Directory.CreateDirectory(Data).FullName).StartAsync())
        {
            await sqlite.WriteAsync("a", new Note { Number = 7 });
            key = (await sqlite.Started.TokenKeyAsync(TestContext.Current.CancellationToken)).Bytes;
        }
        (await RunAsync("database", "migrate", "--config", Config)).ShouldBe(ExitCode.Success);

        (await RunAsync("export", Export, "--data", Data)).ShouldBe(ExitCode.Success);
        (await RunAsync("import", Export, "--config", Config, "--data", NotUsable)).ShouldBe(ExitCode.Success);

        await using var to = await new PostgresTestStore(database).StartAsync();
        (await to.ReadAsync("a")).State!.Number.ShouldBe(7);
        (await to.Started.TokenKeyAsync(TestContext.Current.CancellationToken)).Bytes.ShouldBe(key);
        (await RunAsync("import", Export, "--config", Config)).ShouldBe(ExitCode.Storage, "it is not empty any more");
    }

    [Fact]
    public async Task A_data_directory_in_use_is_not_exported()
    {
        await using var server = await new SqliteTestStore(Directory.CreateDirectory(Data).FullName).StartAsync();
        using var held = DataDirectory.Open(Data);

        (await RunAsync("export", Export, "--data", Data)).ShouldBe(ExitCode.Storage);

        File.Exists(Export).ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_neither_exported_nor_made()
    {
        await ConfiguredAsync();

        (await RunAsync("export", Export, "--data", Data)).ShouldBe(ExitCode.Storage);
        (await RunAsync("export", Export, "--config", Config)).ShouldBe(ExitCode.Storage, "it has no tables");

        Directory.Exists(Data).ShouldBeFalse();
        File.Exists(Export).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_is_none_is_a_wrong_command_line()
    {
        await File.WriteAllTextAsync(Export, "a letter to my aunt", TestContext.Current.CancellationToken);

        (await RunAsync("import", Export, "--data", Data)).ShouldBe(ExitCode.Usage);
        (await RunAsync("import", Export + ".not", "--data", Data)).ShouldBe(ExitCode.Usage);
        (await RunAsync("export", Export, "--data", Data)).ShouldBe(ExitCode.Usage, "there is such a file");
    }

    [Fact]
    public async Task A_row_that_is_there_twice_is_the_fault_of_the_file()
    {
        const string Row = """{"type":"state","kind":"note","key":"a","name":"note","data":{}}""";
        await File.WriteAllLinesAsync(Export, ["""{"orchestratorExport":1}""", Row, Row, """{"rows":2}"""], TestContext.Current.CancellationToken);
        await ConfiguredAsync();
        (await RunAsync("database", "migrate", "--config", Config)).ShouldBe(ExitCode.Success);

        (await RunAsync("import", Export, "--data", Data)).ShouldBe(ExitCode.Usage);
        (await RunAsync("import", Export, "--config", Config)).ShouldBe(ExitCode.Usage);
    }

    [Fact]
    public async Task A_directory_is_no_export_and_is_called_one()
    {
        var thrown = await Should.ThrowAsync<ExportFileException>(async () => await ExportFile.ReadAsync(_directory, TestContext.Current.CancellationToken).FirstAsync());

        thrown.Message.ShouldBe($"{_directory} is a directory; name a file of an export.");
        (await RunAsync("import", _directory, "--data", Data)).ShouldBe(ExitCode.Usage);
    }

    /// <summary>A configuration that names a new database by a file, and leaves the tables to the command.</summary>
    private async Task<string> ConfiguredAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var secret = Path.Combine(_directory, "secret");
        await File.WriteAllTextAsync(secret, database + "\n");
        await File.WriteAllTextAsync(Config, JsonSerializer.Serialize(new { Storage = new { PostgresFile = secret, MigrateAtStart = false } }));
        return database;
    }

    private static Task<int> RunAsync(params string[] arguments) => OrchestratorCommand.Create().Parse(arguments).InvokeAsync();
}
