using Microsoft.Data.Sqlite;

namespace Orchestrator.Storage.Sqlite;

/// <summary>Reminders that outlive the process, in the same file and the same commits as the grain states.</summary>
public sealed class SqliteReminderTable(SqliteStore store) : IReminderTable
{
    private const int RowBytes = 256;

    public async Task<IReadOnlyList<ReminderRow>> ReadAll(CancellationToken cancellationToken) =>
        await store.ReadAsync(Rows).WaitAsync(cancellationToken);

    public async Task Upsert(ReminderRow row) => await store.WriteAsync(RowBytes, (session, _) => session.Execute(
        "INSERT OR REPLACE INTO reminder (kind, key, name, first_tick, period, next_tick) "
        + "VALUES ($kind, $key, $name, $first, $period, $next)",
        ("$kind", row.Grain.Type), ("$key", row.Grain.Key), ("$name", row.Name),
        ("$first", row.FirstTick.UtcTicks), ("$period", row.Period.Ticks), ("$next", row.NextTick.UtcTicks)));

    public async Task Remove(GrainId grain, string name) => await store.WriteAsync(RowBytes, (session, _) =>
        session.Execute(
            "DELETE FROM reminder WHERE kind = $kind AND key = $key AND name = $name",
            ("$kind", grain.Type), ("$key", grain.Key), ("$name", name)));

    private static IReadOnlyList<ReminderRow> Rows(SqliteSession session)
    {
        var rows = new List<ReminderRow>();
        using var reader = session.Query("SELECT kind, key, name, first_tick, period, next_tick FROM reminder");
        while (reader.Read())
        {
            rows.Add(new ReminderRow(
                new GrainId(reader.GetString(0), reader.GetString(1)),
                reader.GetString(2),
                Time(reader, 3),
                new TimeSpan(reader.GetInt64(4)),
                Time(reader, 5)));
        }
        return rows;
    }

    private static DateTimeOffset Time(SqliteDataReader reader, int column) =>
        new(reader.GetInt64(column), TimeSpan.Zero);
}
