using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrator.Storage.Sqlite;

/// <summary>A directory of its own with a started store in it; both end with the test.</summary>
internal sealed class SqliteTestStore : IAsyncDisposable
{
    public static readonly GrainId Grain = new("user", "ann");

    private readonly DirectoryInfo? _owned;
    private SqliteStore? _store;

    public SqliteTestStore(string? directory = null)
    {
        _owned = directory is null ? System.IO.Directory.CreateTempSubdirectory("storage-") : null;
        Directory = directory ?? _owned!.FullName;
    }

    public string Directory { get; }

    public string Database => Path.Combine(Directory, "orchestrator.db");

    public StorageOptions Options { get; init; } = new();

    public Action<SqliteConnection>? WriterOpened { get; init; }

    public SqliteStore Store => _store ?? throw new InvalidOperationException("Start it first.");

    public SqliteGrainStorage Grains => new(Store, JsonSerializerOptions.Web);

    public SqliteReminderTable Reminders => new(Store);

    /// <summary>May be repeated, as a new process would do it.</summary>
    public async Task<SqliteTestStore> StartAsync()
    {
        await StopAsync();
        _store = new SqliteStore(Database, Options, TimeProvider.System, NullLogger<SqliteStore>.Instance)
        {
            WriterOpened = WriterOpened,
        };
        await _store.StartAsync(TestContext.Current.CancellationToken);
        return this;
    }

    public async Task<StorageUnavailableException> StartFailsAsync() =>
        await Should.ThrowAsync<StorageUnavailableException>(StartAsync);

    public async Task StopAsync()
    {
        if (_store is { } store)
        {
            await store.DisposeAsync();
        }
        _store = null;
    }

    public Task WriteAsync(string key, Note note) =>
        Grains.WriteStateAsync("note", new GrainId("note", key), new Entry { State = note });

    public async Task<Entry> ReadAsync(string key)
    {
        var entry = new Entry();
        await Grains.ReadStateAsync("note", new GrainId("note", key), entry);
        return entry;
    }

    /// <summary>Another program's connection.</summary>
    public SqliteConnection OpenForeign()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=false;Default Timeout=1");
        connection.Open();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _owned?.Delete(recursive: true);
    }
}

/// <summary>A state that can be told from another, and changed.</summary>
internal sealed class Note
{
    public string Text { get; set; } = "";

    public int Number { get; set; }
}

/// <summary>A record on its way, as the engine would hold it.</summary>
internal sealed class Entry : IGrainState<Note>
{
    public Note? State { get; set; }

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
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
