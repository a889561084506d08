namespace Orchestrator.Testing;

/// <summary>One PostgreSQL for all tests of a program, started for the first that asks.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartAsync);

    public Task<PostgresServer> Server => _server.Value;

    /// <summary>A new and empty database; gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await Server).CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await Server).DisposeAsync();
        }
    }
}
