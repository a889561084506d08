using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Storage.Postgres;

/// <summary>One try of a read or a write, on a connection of its own.</summary>
/// <param name="IsRepeat">An earlier try had a connection, too: it may have been done without an answer.</param>
internal sealed record PostgresAttempt(NpgsqlConnection Connection, bool IsRepeat, CancellationToken Token)
{
    /// <summary>Runs a statement and tells how many rows it changed. Bytes are sent as the text that they are.</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(Token) is T value ? value : default;
    }

    /// <summary>All rows.</summary>
    public async Task<IReadOnlyList<T>> RowsAsync<T>(Func<NpgsqlDataReader, T> row, string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<T>();
        while (await reader.ReadAsync(Token))
        {
            rows.Add(row(reader));
        }
        return rows;
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, Connection);
        foreach (var value in values)
        {
            command.Parameters.Add(value is byte[] text
                ? new NpgsqlParameter { Value = text, NpgsqlDbType = NpgsqlDbType.Text }
                : new NpgsqlParameter { Value = value });
        }
        return command;
    }
}
