using System.Globalization;
using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>
/// Holds a schema for one process alone, or for the silos of one cluster together: a lock of a connection of its own, which the database lets go when the process ends, however it
/// does. States are fenced by their versions anyway; this is so that nobody starts a second process by mistake.
/// </summary>
internal sealed class PostgresHold(PostgresSource source, PostgresSchema schema, string name, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>"ORCU": whoever uses the schema, beside those who lift it.</summary>
    private const int LockClass = 0x4F524355;

    // One that is being stopped, or has just been killed, is gone by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(100);

    private NpgsqlConnection? _connection;
    private SiloPlace? _silo;
    private bool _isWanted;
    private bool _isHeld;
    private bool _isTold;

    /// <summary>Takes it, alone or with the silos of a cluster.</summary>
    /// <exception cref="StorageUnavailableException">Somebody else has it; the message says who.</exception>
    public async Task TakeAsync(SiloPlace? silo, CancellationToken cancellationToken)
    {
        // Of a try that failed.
        await LetGoAsync();
        _silo = silo;
        var since = time.GetTimestamp();
        while (!await TryTakeAsync(cancellationToken))
        {
            if (time.GetElapsedTime(since) > Patience)
            {
                throw new StorageUnavailableException($"{await HolderAsync(cancellationToken)} Stop that one first, or name another schema (Storage:PostgresSchema).");
            }
            await Task.Delay(RetryPeriod, time, cancellationToken);
        }
        if (silo is not null)
        {
            await DemandOneClusterAsync(silo, cancellationToken);
        }
        _isWanted = true;
    }

    /// <summary>Takes it again when the connection was lost. What somebody else has taken meanwhile is told in the log, once.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (!_isWanted)
        {
            return;
        }
        try
        {
            if (_isHeld)
            {
                await using var ask = new NpgsqlCommand("SELECT 1", _connection);
                await ask.ExecuteScalarAsync(cancellationToken);
            }
            else if (await TryTakeAsync(cancellationToken))
            {
                _isTold = false;
            }
            else if (!_isTold)
            {
                _isTold = true;
                logger.LogError("{Sentence} Both work on it now: stop one of them.", await HolderAsync(cancellationToken));
            }
        }
        catch (Exception e) when (PostgresFailure.IsAny(e) || e is InvalidOperationException)
        {
            // Whether the database works is found out elsewhere; next time.
            await LetGoAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isWanted = false;
        await LetGoAsync();
    }

    private async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        _connection ??= await source.OpenAloneAsync(cancellationToken);
        var ask = _silo is null ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared";
        await using var take = new NpgsqlCommand($"SELECT {ask}($1, hashtext($2))", _connection) { Parameters = { new() { Value = LockClass }, new() { Value = name } } };
        return _isHeld = await take.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<string> HolderAsync(CancellationToken cancellationToken)
    {
        await using var look = new NpgsqlCommand(
            """
            SELECT l.mode = 'ExclusiveLock', coalesce(host(a.client_addr), 'this machine')
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::integer::oid AND l.objid = hashtext($2)::oid
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
            LIMIT 1
            """,
            _connection)
        { Parameters = { new() { Value = LockClass }, new() { Value = name } } };
        await using var reader = await look.ExecuteReaderAsync(cancellationToken);
        var holder = !await reader.ReadAsync(cancellationToken) ? "another process"
            : reader.GetBoolean(0) ? $"another process (connected from {reader.GetString(1)})"
            : $"the silos of a cluster (one is connected from {reader.GetString(1)})";
        return $"The schema {name} of the database {source.Place} is in use by {holder}.";
    }

    /// <summary>Two clusters on the same states, or silos that cannot reach each other, would both begin the same grains.</summary>
    private async Task DemandOneClusterAsync(SiloPlace silo, CancellationToken cancellationToken)
    {
        await using var look = new NpgsqlCommand(
            $"""
            SELECT cluster, address, port, host FROM {schema.Quoted}.silo
            WHERE status = {PostgresCluster.Active} AND alive_at > now() - $1 AND (cluster <> $2 OR host <> $3)
            """,
            _connection)
        { Parameters = { new() { Value = silo.AliveFor }, new() { Value = silo.Cluster }, new() { Value = silo.Host } } };
        await using var reader = await look.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (cluster, address, port, host) = (reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(3));
            if (cluster != silo.Cluster)
            {
                throw new StorageUnavailableException(
                    $"The schema {name} of the database {source.Place} is in use by the cluster {cluster}. Join that one (Cluster:Name), stop it first, or name another schema (Storage:PostgresSchema).");
            }
            if (SiloPlace.IsLoopback(address) || SiloPlace.IsLoopback(silo.Address))
            {
                throw new StorageUnavailableException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The silo on {host} is reached at {address}:{port}, and this one on {silo.Host} at {silo.Address}: they cannot find each other. Give each the address at which the others reach it (Cluster:Address)."));
            }
        }
    }

    private async Task LetGoAsync()
    {
        _isHeld = false;
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }
}
