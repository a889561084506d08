using Orchestrator.Storage.Postgres;
using Orchestrator.Storage.Sqlite;

namespace Orchestrator.Storage;

/// <summary>Which store it is.</summary>
public static class StoreChoice
{
    /// <summary>PostgreSQL where the options name one; else SQLite in the data directory, which is then held for this process.</summary>
    /// <exception cref="StorageUnavailableException">The data directory cannot be used; the message says why.</exception>
    public static IStore Open(StorageOptions options, string dataDirectory, ILoggerFactory logging)
    {
        if (options.Postgres is not null)
        {
            return new PostgresStore(options, TimeProvider.System, logging.CreateLogger<PostgresStore>());
        }
        var directory = DataDirectory.Open(dataDirectory);
        return new SqliteStore(directory.Database, options, TimeProvider.System, logging.CreateLogger<SqliteStore>()) { Directory = directory };
    }

    /// <summary>The same, and nothing is made: whoever reads a store that is not there has named the wrong one.</summary>
    /// <exception cref="StorageUnavailableException">There is none, or its data directory cannot be used; the message says why.</exception>
    public static IStore OpenExisting(StorageOptions options, string dataDirectory, ILoggerFactory logging)
    {
        if (options.Postgres is null && DataDirectory.DatabaseIn(dataDirectory) is var database && !File.Exists(database))
        {
            throw new StorageUnavailableException($"There is no database {database}. Name the data directory of the server with '--data'.");
        }
        return Open(options with { MigrateAtStart = false }, dataDirectory, logging);
    }
}
