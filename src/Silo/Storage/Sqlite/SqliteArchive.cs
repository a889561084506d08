using Microsoft.Data.Sqlite;

namespace Orchestrator.Storage.Sqlite;

/// <summary>A whole database at once: given out, or filled. On a connection of its own, because it may take long.</summary>
internal static class SqliteArchive
{
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(10);

    public static IEnumerable<StoredRow> Rows(string path)
    {
        using var session = SqliteSession.Open(path, SqliteOpenMode.ReadOnly);
        // Both tables as they are at one moment.
        session.Execute("BEGIN");
        using (var states = session.Query("SELECT kind, key, name, CAST(data AS BLOB) FROM grain_state"))
        {
            while (states.Read())
            {
                yield return StoredState.Parse(
                    states.GetString(0), states.GetString(1), states.GetString(2), states.GetFieldValue<byte[]>(3));
            }
        }
        using var reminders = session.Query("SELECT kind, key, name, first_tick, period, next_tick FROM reminder");
        while (reminders.Read())
        {
            yield return new StoredReminder(
                reminders.GetString(0), reminders.GetString(1), reminders.GetString(2),
                Time(reminders, 3), new TimeSpan(reminders.GetInt64(4)), Time(reminders, 5));
        }
    }

    /// <summary>All or nothing. The token key is a file, so it comes before the commit: what was cut off there can be repeated.</summary>
    public static async Task FillAsync(string path, IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken)
    {
        using var session = SqliteSession.Open(path, SqliteOpenMode.ReadWrite);
        session.WaitForLocks(LockWait);
        SqliteSchema.PrepareWriter(session);
        session.Begin();
        var version = SqliteSchema.TestWrite(session);
        session.Begin();
        if (session.Scalar("SELECT EXISTS (SELECT 1 FROM grain_state) OR EXISTS (SELECT 1 FROM reminder)") is not 0L)
        {
            throw new StorageUnavailableException($"The database {path} is not empty; choose another data directory to import into.");
        }
        StoredTokenKey? tokenKey = null;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            tokenKey = row as StoredTokenKey ?? tokenKey;
            Insert(session, row, ++version);
        }
        if (tokenKey is not null)
        {
            TokenKeyFile.Write(TokenKeyFile.Beside(path), tokenKey.Bytes);
        }
        session.Commit();
    }

    private static void Insert(SqliteSession session, StoredRow row, long version)
    {
        switch (row)
        {
            case StoredState state:
                session.Execute(
                    "INSERT INTO grain_state (kind, key, name, version, data) VALUES ($kind, $key, $name, $version, CAST($data AS TEXT))",
                    ("$kind", state.Kind), ("$key", state.Key), ("$name", state.Name), ("$version", version), ("$data", state.Text()));
                break;
            case StoredReminder reminder:
                session.Execute(
                    "INSERT INTO reminder (kind, key, name, first_tick, period, next_tick) VALUES ($kind, $key, $name, $first, $period, $next)",
                    ("$kind", reminder.Kind), ("$key", reminder.Key), ("$name", reminder.Name),
                    ("$first", reminder.FirstTick.UtcTicks), ("$period", reminder.Period.Ticks), ("$next", reminder.NextTick.UtcTicks));
                break;
        }
    }

    private static DateTimeOffset Time(SqliteDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);
}
