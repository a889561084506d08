using System.Globalization;
using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>The connections to one database.</summary>
internal sealed class PostgresSource : IAsyncDisposable
{
    private readonly NpgsqlDataSource _connections;

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
        Place = string.Create(CultureInfo.InvariantCulture, $"{text.Database ?? text.Username} at {text.Host}:{text.Port}");
        _connections = NpgsqlDataSource.Create(text);
    }

    /// <summary>Which database where; for people, without its secrets.</summary>
    public string Place { get; }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _connections.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
