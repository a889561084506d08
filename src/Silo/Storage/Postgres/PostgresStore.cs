using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using Orchestrator.Security;

namespace Orchestrator.Storage.Postgres;

/// <summary>
/// A schema of a PostgreSQL database, shared by all processes that name it. Every write has a number of its own, by which
/// a repeat recognises it; so what is lost on the way is done again, and never twice. Started once.
/// </summary>
public sealed class PostgresStore : IStore
{
    private const int VersionBits = 40;
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(2);

    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StorageGauges _gauges;
    private readonly PostgresSource _source;
    private readonly PostgresWork _work;
    private readonly PostgresHold _hold;
    private readonly CancellationTokenSource _closed = new();
    private Task _watch = Task.CompletedTask;
    private long _version;
    private bool _disposed;

    public PostgresStore(StorageOptions options, TimeProvider time, ILogger<PostgresStore> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _gauges = new StorageGauges(time);
        _source = new PostgresSource(options);
        _work = new PostgresWork(_source, options, time);
        Schema = new PostgresSchema(options.PostgresSchema);
        _hold = new PostgresHold(_source, Schema, time, logger);
    }

    public string Place => $"PostgreSQL {_source.Place}, schema {_options.PostgresSchema}";

    public StorageStatus Status
    {
        get
        {
            var (count, bytes) = _work.Writes.Load();
            return _gauges.Snapshot() with { QueueLength = count, QueueBytes = bytes };
        }
    }

#if !ENGINE_ORLEANS
    public IReminderTable ReminderTable => new PostgresReminderTable(this);
#endif

    /// <summary>For what a cluster keeps beside the states, with connections of its own.</summary>
    public string ClusterConnection => _source.ClusterConnection(_options.PostgresSchema);

    internal PostgresSchema Schema { get; init; }

    private PostgresArchive Archive => new(_source, Schema, NextVersion);

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var opened = await _work.StartAsync(
                async attempt =>
                {
                    await Schema.PrepareAsync(attempt, _source.Place, _options.MigrateAtStart);
                    return await attempt.ScalarAsync<long>($"UPDATE {Schema.Quoted}.opening SET number = number + 1 RETURNING number");
                },
                cancellationToken);
            // A number is never used twice in the life of a database, so an old ETag can never match a record made anew.
            _version = opened << VersionBits;
        }
        catch (StorageFailedException e)
        {
            throw PostgresFailure.AtStart(e, _source.Place);
        }
        _gauges.Works();
        _watch = WatchAsync();
    }

    public async Task HoldAsync(SiloPlace? silo, CancellationToken cancellationToken = default)
    {
        try
        {
            await _work.StartAsync(
                async attempt =>
                {
                    await _hold.TakeAsync(silo, attempt.Token);
                    return true;
                },
                cancellationToken);
        }
        catch (StorageFailedException e)
        {
            throw PostgresFailure.AtStart(e, _source.Place);
        }
    }

    public IGrainStorage GrainStorage(JsonSerializerOptions json) => new PostgresGrainStorage(this, json);

    public async Task<TokenKey> TokenKeyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _work.StartAsync(attempt => PostgresTokenKey.ReadOrMakeAsync(attempt, Schema), cancellationToken);
        }
        catch (StorageFailedException e)
        {
            throw PostgresFailure.AtStart(e, _source.Place);
        }
    }

    public async IAsyncEnumerable<StoredRow> ExportAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return new StoredTokenKey((await TokenKeyAsync(cancellationToken)).Bytes);
        await foreach (var row in Archive.RowsAsync(cancellationToken))
        {
            yield return row;
        }
    }

    public async Task ImportAsync(IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken = default)
    {
        try
        {
            await Archive.FillAsync(rows, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailure.AtStart(e, _source.Place);
        }
    }

    /// <summary>Gives every reminder that has none its place on the ring of silos.</summary>
    /// <param name="place">The place of a grain, by its kind and key.</param>
    internal async Task PlaceRemindersAsync(Func<string, string, int> place)
    {
        var grains = await ReadAsync(attempt => attempt.RowsAsync(
            static reader => (Kind: reader.GetString(0), Key: reader.GetString(1)),
            $"SELECT DISTINCT kind, key FROM {Schema.Quoted}.reminder WHERE ring IS NULL"));
        foreach (var (kind, key) in grains)
        {
            await WriteAsync(0, attempt => attempt.ExecuteAsync(
                $"UPDATE {Schema.Quoted}.reminder SET ring = $3 WHERE kind = $1 AND key = $2", kind, key, place(kind, PostgresText.Key(key))));
        }
    }

    /// <summary>Lets those who join a cluster look again at a silo that has not said for so long that it is alive.</summary>
    internal Task<int> PointAtSilentAsync(string cluster, TimeSpan silence) => WriteAsync(0, attempt => attempt.ExecuteAsync(
        $"""
        UPDATE {Schema.Quoted}.cluster SET version = version + 1, changed_at = now()
        WHERE name = $1 AND EXISTS (
            SELECT 1 FROM {Schema.Quoted}.silo WHERE cluster = $1 AND status = {PostgresCluster.Active} AND alive_at < now() - $2)
        """,
        cluster,
        silence));

    /// <summary>What is on its way is still done; then the connections are closed. A database that hangs is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        await _closed.CancelAsync();
        await _watch;
        await _work.CloseAsync();
        await _hold.DisposeAsync();
        _gauges.Closed();
        await _source.DisposeAsync();
        _closed.Dispose();
    }

    /// <summary>The number of one write, taken before its first attempt: the version of the row that it leaves.</summary>
    internal long NextVersion() => Interlocked.Increment(ref _version);

    /// <summary>Done when the change is durable. The change is one that may be repeated.</summary>
    internal async Task<T> WriteAsync<T>(int bytes, Func<PostgresAttempt, Task<T>> change)
    {
        if (bytes > _options.RecordBytesMax)
        {
            throw new StateTooLargeException($"The record has {bytes} bytes; {_options.RecordBytesMax} are allowed.");
        }
        try
        {
            var result = await _work.WriteAsync(bytes, change);
            _gauges.Committed(1);
            return result;
        }
        catch (StorageFailedException e)
        {
            _gauges.WriteFailed();
            if (PostgresFailure.IsOfTheDatabase(e))
            {
                Failed(e);
            }
            throw;
        }
    }

    internal async Task<T> ReadAsync<T>(Func<PostgresAttempt, Task<T>> read)
    {
        try
        {
            var result = await _work.ReadAsync(read);
            _gauges.Read();
            return result;
        }
        catch (StorageFailedException e)
        {
            _gauges.ReadFailed(e.Message);
            throw;
        }
    }

    /// <summary>
    /// Who asks for the health gets an answer that is seconds old, also while nobody writes; and after a failure it is
    /// a write of our own that finds out when others work again.
    /// </summary>
    private async Task WatchAsync()
    {
        using var ticks = new PeriodicTimer(WatchPeriod, _time);
        try
        {
            while (await ticks.WaitForNextTickAsync(_closed.Token))
            {
                await LookAsync(isHealthy: _gauges.Snapshot().IsHealthy);
                await _hold.RenewAsync(_closed.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The store is being closed.
        }
    }

    private async Task LookAsync(bool isHealthy)
    {
        try
        {
            await _work.WriteAsync(0, attempt => attempt.ExecuteAsync(
                isHealthy ? "SELECT 1" : $"UPDATE {Schema.Quoted}.opening SET number = number"));
            if (!isHealthy)
            {
                _gauges.Works();
                _logger.LogInformation("The database {Place} works again.", _source.Place);
            }
        }
        catch (StorageFailedException e) when (PostgresFailure.IsOfTheDatabase(e))
        {
            Failed(e);
        }
        catch (StorageFailedException)
        {
            // Too much waits already, or the store is closed: that says nothing about the database.
        }
    }

    /// <summary>Logged once for each time that it stops working.</summary>
    private void Failed(StorageFailedException e)
    {
        if (_gauges.Snapshot().IsHealthy)
        {
            _logger.LogError(e, "Writing failed: {Sentence} Trying again.", e.Message);
        }
        _gauges.CommitFailed(e.Message);
    }
}
