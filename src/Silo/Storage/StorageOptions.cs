using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Storage;

/// <summary>Which store it is, how it waits, and how much it takes.</summary>
public sealed record StorageOptions
{
    /// <summary>The connection string of PostgreSQL. Without it the store is SQLite in the data directory.</summary>
    public string? Postgres { get; init; }

    /// <summary>A file with that connection string, where it is a secret that is mounted.</summary>
    public string? PostgresFile { get; init; }

    /// <summary>The schema of the tables.</summary>
    [RegularExpression("^[a-z_][a-z0-9_]{0,62}$")]
    public string PostgresSchema { get; init; } = "orchestrator";

    /// <summary>Connections of this process to PostgreSQL at the same time.</summary>
    [Range(1, 1_000)]
    public int PostgresConnections { get; init; } = 16;

    /// <summary>Whether a start lifts a schema of PostgreSQL to the present version; otherwise an old one is refused.</summary>
    public bool MigrateAtStart { get; init; } = true;

    /// <summary>How long the start may take before it is given up with a sentence.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a write may wait for its transaction, and then how long the transaction may take; with PostgreSQL, both with all repeats.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a read may take with its wait and its repeats.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections to SQLite, each with a thread, that read.</summary>
    [Range(1, 16)]
    public int Readers { get; init; } = 2;

    /// <summary>Reads that may wait; more are refused at once.</summary>
    [Range(1, 1_000_000)]
    public int ReadQueueMax { get; init; } = 50_000;

    /// <summary>Writes that may wait; more are refused at once.</summary>
    [Range(1, 1_000_000)]
    public int WriteQueueMax { get; init; } = 20_000;

    /// <summary>Bytes of the writes that may wait; more are refused at once.</summary>
    [Range(1L << 10, 1L << 32)]
    public long WriteQueueBytesMax { get; init; } = 64L << 20;

    /// <summary>Writes that share one transaction of SQLite.</summary>
    [Range(1, 100_000)]
    public int BatchMax { get; init; } = 1_000;

    /// <summary>Bytes that share one transaction of SQLite.</summary>
    [Range(1L << 10, 1L << 30)]
    public long BatchBytesMax { get; init; } = 8L << 20;

    /// <summary>Bytes of one record.</summary>
    [Range(1 << 10, 1 << 28)]
    public int RecordBytesMax { get; init; } = 4 << 20;

    /// <summary>A database file of SQLite smaller than this is checked in full at the start.</summary>
    [Range(0L, 1L << 40)]
    public long CheckBytesMax { get; init; } = 64L << 20;
}
