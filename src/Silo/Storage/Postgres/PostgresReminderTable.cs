using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>Reminders that outlive the process, beside the grain states.</summary>
public sealed class PostgresReminderTable(PostgresStore store) : IReminderTable
{
    private const int RowBytes = 256;

    private readonly string _table = $"{store.Schema.Quoted}.reminder";

    public async Task<IReadOnlyList<ReminderRow>> ReadAll(CancellationToken cancellationToken) =>
        await store.ReadAsync(attempt =>
            attempt.RowsAsync(Row, $"SELECT kind, key, name, first_tick, period, next_tick FROM {_table}")).WaitAsync(cancellationToken);

    public async Task Upsert(ReminderRow row) => await store.WriteAsync(RowBytes, attempt => attempt.ExecuteAsync(
        $"INSERT INTO {_table} (kind, key, name, first_tick, period, next_tick) VALUES ($1, $2, $3, $4, $5, $6) "
        + "ON CONFLICT (kind, key, name) DO UPDATE SET "
        + "first_tick = excluded.first_tick, period = excluded.period, next_tick = excluded.next_tick",
        row.Grain.Type, PostgresText.Of(row.Grain.Key), row.Name, row.FirstTick.UtcTicks, row.Period.Ticks, row.NextTick.UtcTicks));

    public async Task Remove(GrainId grain, string name) => await store.WriteAsync(RowBytes, attempt => attempt.ExecuteAsync(
        $"DELETE FROM {_table} WHERE kind = $1 AND key = $2 AND name = $3", grain.Type, PostgresText.Of(grain.Key), name));

    private static ReminderRow Row(NpgsqlDataReader reader) => new(
        new GrainId(reader.GetString(0), PostgresText.Key(reader.GetString(1))),
        reader.GetString(2),
        Time(reader, 3),
        new TimeSpan(reader.GetInt64(4)),
        Time(reader, 5));

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);
}
