using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>A whole schema at once: given out, or filled. In one transaction, which is not repeated.</summary>
internal sealed class PostgresArchive(PostgresSource source, PostgresSchema schema, Func<long> nextVersion)
{
    /// <summary>As it was at one moment, also while others write.</summary>
    public async IAsyncEnumerable<StoredRow> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var states = await QueryAsync(connection, $"SELECT kind, key, name, data FROM {schema.Quoted}.grain_state", cancellationToken))
        {
            while (await states.ReadAsync(cancellationToken))
            {
                yield return StoredState.Parse(
                    states.GetString(0), PostgresText.Key(states.GetString(1)), states.GetString(2), states.GetFieldValue<byte[]>(3));
            }
        }
        await using var reminders = await QueryAsync(
            connection, $"SELECT kind, key, name, first_tick, period, next_tick FROM {schema.Quoted}.reminder", cancellationToken);
        while (await reminders.ReadAsync(cancellationToken))
        {
            yield return new StoredReminder(
                reminders.GetString(0), PostgresText.Key(reminders.GetString(1)), reminders.GetString(2),
                Time(reminders, 3), new TimeSpan(reminders.GetInt64(4)), Time(reminders, 5));
        }
    }

    /// <summary>All or nothing. Processes that run on it meanwhile wait with their writes.</summary>
    public async Task FillAsync(IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var attempt = new PostgresAttempt(connection, IsRepeat: false, cancellationToken);
        await attempt.ExecuteAsync($"LOCK TABLE {schema.Quoted}.grain_state, {schema.Quoted}.reminder IN EXCLUSIVE MODE");
        if (await attempt.ScalarAsync<bool>(
            $"SELECT EXISTS (SELECT 1 FROM {schema.Quoted}.grain_state) OR EXISTS (SELECT 1 FROM {schema.Quoted}.reminder)"))
        {
            throw new StorageUnavailableException(
                $"The schema {schema.Quoted} of the database {source.Place} is not empty; choose another one (Storage:PostgresSchema) to import into.");
        }
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await InsertAsync(attempt, row);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private Task<int> InsertAsync(PostgresAttempt attempt, StoredRow row) => row switch
    {
        StoredState state => attempt.ExecuteAsync(
            $"INSERT INTO {schema.Quoted}.grain_state (kind, key, name, version, data) VALUES ($1, $2, $3, $4, $5)",
            state.Kind, PostgresText.Of(state.Key), state.Name, nextVersion(), state.Text()),
        StoredReminder reminder => attempt.ExecuteAsync(
            $"INSERT INTO {schema.Quoted}.reminder (kind, key, name, first_tick, period, next_tick) VALUES ($1, $2, $3, $4, $5, $6)",
            reminder.Kind, PostgresText.Of(reminder.Key), reminder.Name,
            reminder.FirstTick.UtcTicks, reminder.Period.Ticks, reminder.NextTick.UtcTicks),
        StoredTokenKey key => PostgresTokenKey.ReplaceAsync(attempt, schema, key.Bytes),
        _ => throw new InvalidOperationException($"Nobody stores a {row.GetType().Name}."),
    };

    private static async Task<NpgsqlDataReader> QueryAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteReaderAsync(cancellationToken);
    }

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);
}
