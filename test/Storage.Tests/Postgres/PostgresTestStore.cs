using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

/// <summary>A store in a database of its own, or in one that is given.</summary>
internal sealed class PostgresTestStore(string database) : TestStore
{
    public string Database => database;

    public PostgresStore Store => (PostgresStore)Started;

    /// <summary>What the program knows of versions; null for what it knows.</summary>
    public IReadOnlyList<string>? Versions { get; init; }

    public override Task<object?> RunForeignAsync(string sql) => PostgresServer.ExecuteAsync(database, $"SET search_path TO orchestrator; {sql}");

    /// <summary>May be repeated, as a new process would do it.</summary>
    public async Task<PostgresTestStore> StartAsync()
    {
        await OpenAsync();
        return this;
    }

    protected override Task<IStore> MakeAsync()
    {
        var options = Options with { Postgres = database };
        var schema = new PostgresSchema(options.PostgresSchema);
        return Task.FromResult<IStore>(new PostgresStore(options, Time, NullLogger<PostgresStore>.Instance)
        {
            Schema = Versions is null ? schema : new PostgresSchema(options.PostgresSchema) { Versions = Versions },
        });
    }
}
