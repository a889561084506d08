using System.Text.Json;

namespace Orchestrator.Storage.Postgres;

/// <summary>
/// Grain states as JSON, one row each. The ETag is the row's version, which is the number of the write that left it: a
/// repeat, whose first try may have been done without an answer, finds its own number and is content.
/// </summary>
public sealed class PostgresGrainStorage(PostgresStore store, JsonSerializerOptions json) : IGrainStorage
{
    private readonly string _select =
        $"SELECT version, data FROM {store.Schema.Quoted}.grain_state WHERE kind = $1 AND key = $2 AND name = $3";

    private readonly string _insert =
        $"INSERT INTO {store.Schema.Quoted}.grain_state AS old (kind, key, name, version, data) VALUES ($1, $2, $3, $4, $5) "
        + "ON CONFLICT (kind, key, name) DO UPDATE SET version = excluded.version WHERE old.version = excluded.version";

    private readonly string _update =
        $"UPDATE {store.Schema.Quoted}.grain_state SET version = $4, data = $5 "
        + "WHERE kind = $1 AND key = $2 AND name = $3 AND version IN ($4, $6)";

    private readonly string _delete =
        $"DELETE FROM {store.Schema.Quoted}.grain_state WHERE kind = $1 AND key = $2 AND name = $3 AND version = $4";

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await store.ReadAsync(attempt => RowAsync(attempt, stateName, grainId));
        GrainRecord.Found(row, json, stateName, grainId, grainState);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Before the first await: this is the state as it is at the call.
        var data = JsonSerializer.SerializeToUtf8Bytes(grainState.State, json);
        var known = GrainRecord.Known(grainState.ETag, stateName, grainId);
        var version = store.NextVersion();
        var (kind, key) = (Kind(grainId), Key(grainId));
        var changed = await store.WriteAsync(data.Length, attempt => known is null
            ? attempt.ExecuteAsync(_insert, kind, key, stateName, version, data)
            : attempt.ExecuteAsync(_update, kind, key, stateName, version, data, known.Value));
        if (changed != 1)
        {
            throw GrainRecord.Conflict(stateName, grainId);
        }
        GrainRecord.Stands(grainState, version);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var known = GrainRecord.Known(grainState.ETag, stateName, grainId);
        var cleared = known is null
            ? await store.ReadAsync(attempt => IsAbsentAsync(attempt, stateName, grainId))
            : await store.WriteAsync(bytes: 0, attempt => DeleteAsync(attempt, stateName, grainId, known.Value));
        if (!cleared)
        {
            throw GrainRecord.Conflict(stateName, grainId);
        }
        GrainRecord.Stands(grainState, null);
    }

    /// <summary>A repeat that finds nothing is content: the first try took it away, or somebody who knew as much.</summary>
    private async Task<bool> DeleteAsync(PostgresAttempt attempt, string stateName, GrainId grainId, long known) =>
        await attempt.ExecuteAsync(_delete, Kind(grainId), Key(grainId), stateName, known) == 1
        || (attempt.IsRepeat && await IsAbsentAsync(attempt, stateName, grainId));

    private async Task<bool> IsAbsentAsync(PostgresAttempt attempt, string stateName, GrainId grainId) =>
        await RowAsync(attempt, stateName, grainId) is null;

    private async Task<StateRow?> RowAsync(PostgresAttempt attempt, string stateName, GrainId grainId)
    {
        var rows = await attempt.RowsAsync(
            static reader => new StateRow(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)),
            _select, Kind(grainId), Key(grainId), stateName);
        return rows.SingleOrDefault();
    }

    private static string Kind(GrainId grainId) => $"{grainId.Type}";

    private static string Key(GrainId grainId) => PostgresText.Of($"{grainId.Key}");
}
