using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>Another program's lock on the states: whoever reads or writes them waits.</summary>
internal sealed class TableLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private TableLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<TableLock> TakeAsync(string database)
    {
        var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE orchestrator.grain_state", connection);
        await command.ExecuteNonQueryAsync();
        return new TableLock(connection);
    }

    public async Task ReleaseAsync() => await _connection.CloseAsync();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
