using System.Globalization;
using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>
/// Holds a schema for one process alone, or for the silos of one cluster together: a lock of a connection of its own, which the database lets go when the process ends, however it
/// does. States are fenced by their versions anyway; this is so that nobody starts a second process by mistake.
/// </summary>
internal sealed class PostgresHold(PostgresSource source, PostgresSchema schema, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>"ORCU": whoever uses the schema, beside those who lift it.</summary>
    private const int LockClass = 0x4F524355;

    // The server may not have noticed yet that our former connection has ended.
    private const int RefusalsUntold = 1;

    // One that is being stopped, or has just been killed, is gone by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RenewMax = TimeSpan.FromSeconds(5);

    // It is held as long as this one stands.
    private NpgsqlConnection? _connection;
    private SiloPlace? _silo;
    private bool _wasTaken;
    private int _refusals;

    /// <summary>Takes it, alone or with the silos of a cluster.</summary>
    /// <exception cref="StorageUnavailableException">Somebody else has it; the message says who.</exception>
    public async Task TakeAsync(SiloPlace? silo, CancellationToken token)
    {
        _connection = await WithConnectionAsync(async attempt =>
        {
            var since = time.GetTimestamp();
            while (!await TryTakeAsync(attempt, silo))
            {
                if (time.GetElapsedTime(since) > Patience)
                {
                    throw new StorageUnavailableException($"{await HolderAsync(attempt)} Stop that one first, or name another schema (Storage:PostgresSchema).");
                }
                await Task.Delay(RetryPeriod, time, attempt.Token);
            }
            if (silo is not null)
            {
                await DemandOneClusterAsync(attempt, silo);
            }
            return true;
        }, token);
        (_silo, _wasTaken) = (silo, true);
    }

    /// <summary>Takes it again when the connection was lost. What somebody else has taken meanwhile is told in the log, once.</summary>
    public async Task RenewAsync(CancellationToken closed)
    {
        if (!_wasTaken)
        {
            return;
        }
        using var late = new CancellationTokenSource(RenewMax, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(closed, late.Token);
        var present = _connection;
        _connection = null;
        try
        {
            _connection = await Leaving.OrLeaveAsync(token => present is null ? WithConnectionAsync(TryTakeAgainAsync, token) : WithAsync(present, AskAsync, token), ended.Token);
        }
        catch (Exception e) when (PostgresFailure.IsAny(e) || e is InvalidOperationException || (e is OperationCanceledException && !closed.IsCancellationRequested))
        {
            // Whether the database works is found out elsewhere; next time.
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<bool> AskAsync(PostgresAttempt attempt)
    {
        await attempt.ScalarAsync<int>("SELECT 1");
        return true;
    }

    private async Task<bool> TryTakeAgainAsync(PostgresAttempt attempt)
    {
        if (await TryTakeAsync(attempt, _silo))
        {
            _refusals = 0;
            return true;
        }
        if (_refusals++ == RefusalsUntold)
        {
            logger.LogError("{Sentence} Both work on it now: stop one of them.", await HolderAsync(attempt));
        }
        return false;
    }

    private Task<bool> TryTakeAsync(PostgresAttempt attempt, SiloPlace? silo) =>
        attempt.ScalarAsync<bool>($"SELECT pg_try_advisory_lock{(silo is null ? "" : "_shared")}($1, hashtext($2))", LockClass, schema.Name);

    private async Task<string> HolderAsync(PostgresAttempt attempt)
    {
        var holders = await attempt.RowsAsync(
            static reader => (IsAlone: reader.GetBoolean(0), Place: reader.GetString(1)),
            """
            SELECT l.mode = 'ExclusiveLock', coalesce(host(a.client_addr), 'this machine')
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::integer::oid AND l.objid = hashtext($2)::oid
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
            LIMIT 1
            """,
            LockClass,
            schema.Name);
        var holder = holders is not [var one] ? "another process"
            : one.IsAlone ? $"another process (connected from {one.Place})"
            : $"the silos of a cluster (one is connected from {one.Place})";
        return $"The schema {schema.Name} of the database {source.Place} is in use by {holder}.";
    }

    /// <summary>Two clusters on the same states, or silos that cannot reach each other, would both begin the same grains.</summary>
    private async Task DemandOneClusterAsync(PostgresAttempt attempt, SiloPlace silo)
    {
        var others = await attempt.RowsAsync(
            static reader => (Cluster: reader.GetString(0), Address: reader.GetString(1), Port: reader.GetInt32(2), Host: reader.GetString(3)),
            $"""
            SELECT cluster, address, port, host FROM {schema.Quoted}.silo
            WHERE status = {PostgresCluster.Active} AND alive_at > now() - $1 AND (cluster <> $2 OR host <> $3)
            """,
            silo.AliveFor,
            silo.Cluster,
            silo.Host);
        foreach (var (cluster, address, port, host) in others)
        {
            if (cluster != silo.Cluster)
            {
                throw new StorageUnavailableException(
                    $"The schema {schema.Name} of the database {source.Place} is in use by the cluster {cluster}. Join that one (Cluster:Name), stop it first, or name another schema (Storage:PostgresSchema).");
            }
            if (SiloPlace.IsLoopback(address) || SiloPlace.IsLoopback(silo.Address))
            {
                throw new StorageUnavailableException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The silo on {host} is reached at {address}:{port}, and this one on {silo.Host} at {silo.Address}: they cannot find each other. Give each the address at which the others reach it (Cluster:Address)."));
            }
        }
    }

    private async Task<NpgsqlConnection?> WithConnectionAsync(Func<PostgresAttempt, Task<bool>> work, CancellationToken token) =>
        await WithAsync(await source.OpenAloneAsync(token), work, token);

    /// <summary>The connection, if the work on it says that it holds; otherwise it is closed, also when nobody waits for it any more.</summary>
    private static async Task<NpgsqlConnection?> WithAsync(NpgsqlConnection connection, Func<PostgresAttempt, Task<bool>> work, CancellationToken token)
    {
        var holds = false;
        try
        {
            holds = await work(new PostgresAttempt(connection, IsRepeat: false, token)) && !token.IsCancellationRequested;
            return holds ? connection : null;
        }
        finally
        {
            if (!holds)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
