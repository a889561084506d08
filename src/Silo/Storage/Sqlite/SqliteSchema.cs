using System.Globalization;

namespace Orchestrator.Storage.Sqlite;

/// <summary>The tables, and what is looked at before the first use of a file.</summary>
internal static class SqliteSchema
{
    /// <summary>"ORCH": marks a database file as ours.</summary>
    public const int ApplicationId = 0x4F524348;

    private const int ProbeBytes = 64 << 10;

    /// <summary>Each entry lifts a database by one version; entries are added, never changed.</summary>
    private static readonly string[] Versions =
    [
        """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE grain_state (
            kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL,
            PRIMARY KEY (kind, key, name)) WITHOUT ROWID;
        -- times in ticks of 100 ns, in UTC from the year 1
        CREATE TABLE reminder (
            kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, first_tick INTEGER NOT NULL,
            period INTEGER NOT NULL, next_tick INTEGER NOT NULL,
            PRIMARY KEY (kind, key, name)) WITHOUT ROWID;
        """,
    ];

    public static int Version => Versions.Length;

    /// <summary>Refuses a file that is not ours, damaged or newer; then lifts it to the present version.</summary>
    public static void Prepare(SqliteSession session, string path, long checkBytesMax)
    {
        var version = Number(session, "PRAGMA user_version");
        var isEmpty = Number(session, "SELECT count(*) FROM sqlite_master") == 0;
        if (!isEmpty && Number(session, "PRAGMA application_id") != ApplicationId)
        {
            throw new StorageUnavailableException(
                $"The database {path} was made by another program. Move it away, or choose another data directory.");
        }
        if (version > Version)
        {
            throw new StorageUnavailableException(
                $"The database {path} was written by a newer version of this program (schema {version}, this one knows "
                + $"{Version}). Start the newer version, or put a backup from before the update in its place.");
        }
        if (new FileInfo(path).Length < checkBytesMax
            && session.Scalar("PRAGMA quick_check(1)") as string is var verdict and not "ok")
        {
            throw SqliteFailure.Damaged(path, verdict ?? "the check gave no answer");
        }
        if (session.Scalar("PRAGMA journal_mode = WAL") as string is not "wal")
        {
            throw new StorageUnavailableException(
                $"The disk of {path} cannot be shared by a writer and readers (no WAL mode); "
                + "this is so with some network disks. Choose a data directory on a local disk.");
        }
        Lift(session, version);
    }

    /// <summary>What every connection that writes needs, also one that is opened later.</summary>
    public static void PrepareWriter(SqliteSession session)
    {
        session.Execute("PRAGMA synchronous = FULL");
        // After a burst the log shrinks to this again.
        session.Scalar("PRAGMA journal_size_limit = 67108864");
    }

    /// <summary>
    /// A real write with its commit, large enough to see a full disk. Gives the first version number of this opening:
    /// a number is never used twice in the life of a database, so an old ETag can never match a record made anew.
    /// </summary>
    public static long TestWrite(SqliteSession session)
    {
        session.Execute(
            "INSERT INTO meta (name, value) VALUES ('opened', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");
        session.Execute(
            "INSERT INTO meta (name, value) VALUES ('probe', zeroblob($bytes)) "
            + "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            ("$bytes", ProbeBytes));
        var opened = Number(session, "SELECT value FROM meta WHERE name = 'opened'");
        session.Commit();
        session.Execute("DELETE FROM meta WHERE name = 'probe'");
        return opened << 40;
    }

    private static void Lift(SqliteSession session, long version)
    {
        if (version == Version)
        {
            return;
        }
        session.Begin();
        for (var next = (int)version; next < Version; next++)
        {
            Run(session, Versions[next]);
        }
        Run(session, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
        Run(session, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
        session.Commit();
    }

    private static void Run(SqliteSession session, string script)
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = script;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteSession session, string sql) =>
        Convert.ToInt64(session.Scalar(sql), CultureInfo.InvariantCulture);
}
