using System.Text.Json;

namespace Orchestrator.Storage.Sqlite;

/// <summary>Grain states as JSON, one row each. The ETag is the row's version.</summary>
public sealed class SqliteGrainStorage(SqliteStore store, JsonSerializerOptions json) : IGrainStorage
{
    private const string Select =
        "SELECT version, CAST(data AS BLOB) FROM grain_state WHERE kind = $kind AND key = $key AND name = $name";

    private const string Insert =
        "INSERT INTO grain_state (kind, key, name, version, data) "
        + "VALUES ($kind, $key, $name, $version, CAST($data AS TEXT)) ON CONFLICT DO NOTHING";

    private const string Update =
        "UPDATE grain_state SET version = $version, data = CAST($data AS TEXT) "
        + "WHERE kind = $kind AND key = $key AND name = $name AND version = $known";

    private const string Delete =
        "DELETE FROM grain_state WHERE kind = $kind AND key = $key AND name = $name AND version = $known";

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await RowAsync(stateName, grainId);
        GrainRecord.Found(row, json, stateName, grainId, grainState);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Before the first await: this is the state as it is at the call.
        var data = JsonSerializer.SerializeToUtf8Bytes(grainState.State, json);
        var known = GrainRecord.Known(grainState.ETag, stateName, grainId);
        var written = await store.WriteAsync(data.Length, (session, version) =>
        {
            var changed = known is null
                ? session.Execute(
                    Insert,
                    ("$kind", $"{grainId.Type}"), ("$key", $"{grainId.Key}"), ("$name", stateName),
                    ("$version", version), ("$data", data))
                : session.Execute(
                    Update,
                    ("$kind", $"{grainId.Type}"), ("$key", $"{grainId.Key}"), ("$name", stateName),
                    ("$version", version), ("$data", data), ("$known", known.Value));
            return changed == 1 ? version : (long?)null;
        });
        GrainRecord.Stands(grainState, written ?? throw GrainRecord.Conflict(stateName, grainId));
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var known = GrainRecord.Known(grainState.ETag, stateName, grainId);
        var cleared = known is null
            ? await RowAsync(stateName, grainId) is null
            : await store.WriteAsync(bytes: 0, (session, _) => session.Execute(
                Delete,
                ("$kind", $"{grainId.Type}"), ("$key", $"{grainId.Key}"), ("$name", stateName), ("$known", known.Value)) == 1);
        if (!cleared)
        {
            throw GrainRecord.Conflict(stateName, grainId);
        }
        GrainRecord.Stands(grainState, null);
    }

    private async Task<StateRow?> RowAsync(string stateName, GrainId grainId) => await store.ReadAsync(session =>
    {
        using var reader = session.Query(Select, ("$kind", $"{grainId.Type}"), ("$key", $"{grainId.Key}"), ("$name", stateName));
        return reader.Read() ? new StateRow(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
    });
}
