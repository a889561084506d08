using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orchestrator.Storage.Sqlite;

/// <summary>One connection with its prepared statements, used by one thread.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    private SqliteSession(SqliteConnection connection) => _connection = connection;

    public SqliteConnection Connection => _connection;

    /// <summary>SQLite ends a transaction by itself after some errors.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    public static SqliteSession Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            // A connection that has failed must be closed for good, and not come back out of a pool.
            Pooling = false,
            // The library's own wait for a lock sleeps in steps of 150 ms for this many seconds (zero is for ever);
            // the waits that matter are SQLite's, see WaitForLocks.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            return new SqliteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>How long SQLite itself waits for another program's lock; it looks every few milliseconds.</summary>
    public void WaitForLocks(TimeSpan time) =>
        raw.sqlite3_busy_timeout(_connection.Handle, (int)time.TotalMilliseconds);

    /// <summary>Takes the write lock; false when another program holds it.</summary>
    public bool TryBegin()
    {
        var code = raw.sqlite3_exec(_connection.Handle, "BEGIN IMMEDIATE");
        if ((code & SqliteFailure.PrimaryCode) == raw.SQLITE_BUSY)
        {
            return false;
        }
        SqliteException.ThrowExceptionForRC(code, _connection.Handle);
        return true;
    }

    public void Begin() => Control("BEGIN IMMEDIATE");

    public void Commit() => Control("COMMIT");

    /// <summary>Never fails: where it cannot roll back, closing the connection does.</summary>
    public void Rollback()
    {
        if (InTransaction)
        {
            _ = raw.sqlite3_exec(_connection.Handle, "ROLLBACK");
        }
    }

    /// <summary>Runs a statement and tells how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        Prepared(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        Prepared(sql, values).ExecuteScalar();

    public SqliteDataReader Query(string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        Prepared(sql, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }
        _connection.Dispose();
    }

    private void Control(string sql) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(_connection.Handle, sql), _connection.Handle);

    private SqliteCommand Prepared(string sql, ReadOnlySpan<(string Name, object Value)> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _prepared.Add(sql, command);
        }
        command.Parameters.Clear();
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }
        return command;
    }
}
