using Orchestrator.Storage.Sqlite;

namespace Orchestrator.Storage;

/// <summary>Which store it is.</summary>
public static class StoreChoice
{
    /// <summary>Opens SQLite in the data directory, which is then held for this process.</summary>
    /// <exception cref="StorageUnavailableException">The data directory cannot be used; the message says why.</exception>
    public static IStore Open(StorageOptions options, string dataDirectory, ILoggerFactory logging)
    {
        var directory = DataDirectory.Open(dataDirectory);
        return new SqliteStore(directory.Database, options, TimeProvider.System, logging.CreateLogger<SqliteStore>()) { Directory = directory };
    }
}
