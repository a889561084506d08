using System.Globalization;
using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>The connections to one database.</summary>
internal sealed class PostgresSource : IAsyncDisposable
{
    private const int ClusterConnectionsMax = 4;
    private const int AloneMax = 1;
    private const int ClusterTimeoutSeconds = 5;
    private readonly NpgsqlDataSource _connections;
    private readonly string _text;

    public PostgresSource(StorageOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder(options.Postgres)
        {
            MaxPoolSize = options.PostgresConnections,
            // An attempt ends by its own time; the connection it had is then not asked again.
            Timeout = (int)Math.Ceiling(Math.Max(1, PostgresWork.AttemptTimeout(options.WriteTimeout).TotalSeconds)),
            CommandTimeout = 0,
            CancellationTimeout = -1,
            Enlist = false,
        };
        text.MinPoolSize = Math.Min(text.MinPoolSize, text.MaxPoolSize);
        text.ApplicationName ??= "orchestrator";
        _text = text.ConnectionString;
        Place = string.Create(CultureInfo.InvariantCulture, $"{text.Database ?? text.Username} at {text.Host}:{text.Port}");
        _connections = NpgsqlDataSource.Create(text);
    }

    /// <summary>What the database must have for each silo.</summary>
    public static int ConnectionsOfSilo(StorageOptions options) => options.PostgresConnections + ClusterConnectionsMax + AloneMax;

    /// <summary>Which database where; for people, without its secrets.</summary>
    public string Place { get; }

    /// <summary>What the engine of a cluster needs: few connections, which see the schema's tables without naming it.</summary>
    public string ClusterConnection(string schema) => new NpgsqlConnectionStringBuilder(_text)
    {
        SearchPath = schema,
        MaxPoolSize = ClusterConnectionsMax,
        MinPoolSize = 0,
        CommandTimeout = ClusterTimeoutSeconds,
        ApplicationName = "orchestrator-cluster",
    }.ConnectionString;

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _connections.OpenConnectionAsync(cancellationToken);

    /// <summary>A connection that is nobody else's. When its machine is gone without a word, the database ends it in half a minute.</summary>
    public async Task<NpgsqlConnection> OpenAloneAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_text) { Pooling = false, CommandTimeout = ClusterTimeoutSeconds }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var watch = new NpgsqlCommand("SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4", connection);
            await watch.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
