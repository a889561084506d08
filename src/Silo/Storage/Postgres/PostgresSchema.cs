namespace Orchestrator.Storage.Postgres;

/// <summary>The tables, in a schema of their own, so that others' can stand beside them in the same database.</summary>
internal sealed class PostgresSchema(string name)
{
    /// <summary>"ORCH": tells our advisory lock from those of others.</summary>
    private const int LockClass = 0x4F524348;

    /// <summary>
    /// Each entry lifts the schema by one version; entries are added, never changed. What an entry does, the version before
    /// must be able to live with, because while one process after the other is replaced both run.
    /// </summary>
    private static readonly string[] All =
    [
        """
        -- The states are text and not jsonb: they are read and written whole, jsonb would take them apart at each write, and
        -- it knows no \u0000. Who looks for something writes data::json ->> 'name'. Rows are changed in place where the page
        -- has room; keys are compared by their bytes, whatever the system's languages become with its next version.
        CREATE TABLE grain_state (
            kind text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            version bigint NOT NULL, data text NOT NULL,
            PRIMARY KEY (kind, key, name)) WITH (fillfactor = 70);
        -- times in ticks of 100 ns, in UTC from the year 1
        CREATE TABLE reminder (
            kind text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            first_tick bigint NOT NULL, period bigint NOT NULL, next_tick bigint NOT NULL,
            PRIMARY KEY (kind, key, name)) WITH (fillfactor = 70);
        CREATE TABLE secret (name text PRIMARY KEY, value bytea NOT NULL);
        -- How often a process has opened this: the upper half of the numbers of its writes.
        CREATE TABLE opening (number bigint NOT NULL);
        INSERT INTO opening VALUES (0);
        """,
        PostgresCluster.Tables,
    ];

    public string Name => name;

    public string Quoted { get; } = $"\"{name}\"";

    /// <summary>The scripts; tests lift by more than one.</summary>
    internal IReadOnlyList<string> Versions { get; init; } = All;

    /// <summary>Refuses a schema that is newer, or older and not to be lifted; then lifts it to the present version.</summary>
    public async Task PrepareAsync(PostgresAttempt attempt, string place, bool mayLift)
    {
        var version = await VersionAsync(attempt);
        DemandNotNewer(version, place);
        if (version == Versions.Count)
        {
            return;
        }
        if (!mayLift)
        {
            throw new StorageUnavailableException(
                $"The schema {name} of the database {place} has version {version}, and this program needs {Versions.Count}. "
                + "Run 'orchestrator database migrate' first, or set Storage:MigrateAtStart to true.");
        }
        await LiftAsync(attempt, place);
    }

    /// <summary>All or nothing. Of several who come at the same time one does it, and the others wait for it.</summary>
    private async Task LiftAsync(PostgresAttempt attempt, string place)
    {
        await using var transaction = await attempt.Connection.BeginTransactionAsync(attempt.Token);
        await attempt.ExecuteAsync("SELECT pg_advisory_xact_lock($1, hashtext($2))", LockClass, name);
        await DemandUnicodeAsync(attempt, place);
        // Asked before, because who makes one "if not exists" needs the right to make one also where it exists.
        if (!await attempt.ScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", name))
        {
            await attempt.ExecuteAsync($"CREATE SCHEMA {Quoted}");
        }
        await attempt.ExecuteAsync($"SET LOCAL search_path TO {Quoted}");
        await attempt.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
        var version = await VersionAsync(attempt);
        DemandNotNewer(version, place);
        for (var next = version; next < Versions.Count; next++)
        {
            await attempt.ExecuteAsync(Versions[next]);
            await attempt.ExecuteAsync("INSERT INTO migration (version) VALUES ($1)", next + 1);
        }
        await transaction.CommitAsync(attempt.Token);
    }

    private async Task<int> VersionAsync(PostgresAttempt attempt) =>
        await attempt.ScalarAsync<bool>("SELECT to_regclass($1) IS NOT NULL", $"{Quoted}.migration")
            ? await attempt.ScalarAsync<int>($"SELECT coalesce(max(version), 0) FROM {Quoted}.migration")
            : 0;

    private void DemandNotNewer(int version, string place)
    {
        if (version > Versions.Count)
        {
            throw new StorageUnavailableException(
                $"The schema {name} of the database {place} was written by a newer version of this program (schema {version}, this one "
                + $"knows {Versions.Count}). Start the newer version, or put a backup from before the update in its place.");
        }
    }

    private static async Task DemandUnicodeAsync(PostgresAttempt attempt, string place)
    {
        if (await attempt.ScalarAsync<string>("SHOW server_encoding") is { } encoding and not "UTF8")
        {
            throw new StorageUnavailableException(
                $"The database {place} has the encoding {encoding}; it must be UTF8. Make another one: "
                + "createdb --encoding=UTF8 --template=template0.");
        }
    }
}
