using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orchestrator.Security;

namespace Orchestrator.Storage.Sqlite;

/// <summary>The database file of this process: one writer with group commit, a few readers. Started once.</summary>
public sealed class SqliteStore : IStore
{
    private readonly string _path;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StorageGauges _gauges;
    private readonly WriteQueue _queue;
    private readonly ReadPool _readers;
    private SqliteWriter? _writer;
    private bool _disposed;

    public SqliteStore(string path, StorageOptions options, TimeProvider time, ILogger<SqliteStore> logger)
    {
        _path = path;
        _options = options;
        _time = time;
        _logger = logger;
        _gauges = new StorageGauges(time);
        _queue = new WriteQueue(options, time, _gauges);
        _readers = new ReadPool(path, options, time, _gauges);
    }

    /// <summary>The directory of the file, let go when the store is closed; null where somebody else holds it.</summary>
    public DataDirectory? Directory { get; init; }

    public string Place => $"SQLite in {Path.GetDirectoryName(_path)}";

    public StorageStatus Status
    {
        get
        {
            var load = _queue.Load();
            var counted = _gauges.Snapshot();
            return counted with
            {
                IsHealthy = counted.IsHealthy && !load.IsStalled,
                QueueLength = load.Count,
                QueueBytes = load.Bytes,
            };
        }
    }

    /// <summary>For tests that make the writer's connection fail.</summary>
    internal Action<SqliteConnection>? WriterOpened { get; init; }

#if !ENGINE_ORLEANS
    public IReminderTable ReminderTable => new SqliteReminderTable(this);
#endif

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _writer = new SqliteWriter(_path, _options, _queue, _gauges, _time, _logger) { Opened = WriterOpened };
        try
        {
            // A little more than SQLite itself waits for a lock, because its answer says more.
            await _writer.StartAsync().WaitAsync(_options.StartTimeout * 1.25, _time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new StorageUnavailableException(
                $"The database {_path} could not be opened within {_options.StartTimeout.TotalSeconds:0.#} s, "
                + "because its disk does not answer. Look at the disk and its mount, then start again.",
                e);
        }
        _readers.Start();
    }

    public Task HoldAsync(SiloPlace? silo, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public IGrainStorage GrainStorage(JsonSerializerOptions json) => new SqliteGrainStorage(this, json);

    public Task<TokenKey> TokenKeyAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(TokenKeyFile.ReadOrMake(TokenKeyFile.Beside(_path)));

    public async IAsyncEnumerable<StoredRow> ExportAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return new StoredTokenKey((await TokenKeyAsync(cancellationToken)).Bytes);
        foreach (var row in SqliteArchive.Rows(_path))
        {
            yield return row;
        }
    }

    public async Task ImportAsync(IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken = default)
    {
        try
        {
            await SqliteArchive.FillAsync(_path, rows, cancellationToken);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteFailure.AtStart(e, _path);
        }
    }

    /// <summary>Writes what waits, moves the log into the database, closes it. A disk that hangs is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        try
        {
            await CloseAsync().WaitAsync(_options.WriteTimeout * 2, _time);
        }
        catch (TimeoutException)
        {
            _queue.Close();
            _logger.LogError("The database {Path} could not be closed, because its disk does not answer.", _path);
            return;
        }
        finally
        {
            Directory?.Dispose();
        }
        _readers.Dispose();
        _queue.Dispose();
    }

    /// <summary>Done with the commit of the change, which is one statement and gets a new version number.</summary>
    internal Task<T> WriteAsync<T>(int bytes, Func<SqliteSession, long, T> change)
    {
        if (bytes > _options.RecordBytesMax)
        {
            throw new StateTooLargeException($"The record has {bytes} bytes; {_options.RecordBytesMax} are allowed.");
        }
        var operation = new WriteOperation<T>(bytes, change);
        _queue.Add(operation);
        return operation.Answer;
    }

    internal Task<T> ReadAsync<T>(Func<SqliteSession, T> read) => _readers.ReadAsync(read);

    /// <summary>The writer closes last: the last connection takes the log away, and readers may not.</summary>
    private async Task CloseAsync()
    {
        await _readers.CloseAsync();
        _queue.Close();
        if (_writer is { } writer)
        {
            await writer.Ended;
        }
    }
}
