using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrator.Storage.Sqlite;

/// <summary>A directory of its own with a started store in it; both end with the test.</summary>
internal sealed class SqliteTestStore : TestStore
{
    private readonly DirectoryInfo? _owned;

    public SqliteTestStore(string? directory = null)
    {
        _owned = directory is null ? System.IO.Directory.CreateTempSubdirectory("storage-") : null;
        Directory = directory ?? _owned!.FullName;
    }

    public string Directory { get; }

    public string Database => Path.Combine(Directory, "orchestrator.db");

    public Action<SqliteConnection>? WriterOpened { get; init; }

    public SqliteStore Store => (SqliteStore)Started;

    /// <summary>May be repeated, as a new process would do it.</summary>
    public async Task<SqliteTestStore> StartAsync()
    {
        await OpenAsync();
        return this;
    }

    /// <summary>Another program's connection.</summary>
    public SqliteConnection OpenForeign()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=false;Default Timeout=1");
        connection.Open();
        return connection;
    }

    public override async Task<object?> RunForeignAsync(string sql)
    {
        await using var foreign = OpenForeign();
        return foreign.Run(sql);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _owned?.Delete(recursive: true);
    }

    protected override Task<IStore> MakeAsync() => Task.FromResult<IStore>(
        new SqliteStore(Database, Options, Time, NullLogger<SqliteStore>.Instance) { WriterOpened = WriterOpened });
}

internal static class Sql
{
    public static object? Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
