using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.LocalEngine;

/// <summary>A store that ends with the process. It keeps JSON, so that no grain shares an object with it.</summary>
public sealed class MemoryGrainStorage(JsonSerializerOptions? json = null) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string StateName, GrainId Grain), Row> _rows = new();
    private long _lastETag;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_rows.TryGetValue((stateName, grainId), out var row))
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Json, json);
            (grainState.ETag, grainState.RecordExists) = (row.ETag, true);
        }
        else
        {
            (grainState.ETag, grainState.RecordExists) = (null, false);
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var eTag = Interlocked.Increment(ref _lastETag).ToString(CultureInfo.InvariantCulture);
        var row = new Row(JsonSerializer.SerializeToUtf8Bytes(grainState.State, json), eTag);
        if (!TryReplace((stateName, grainId), grainState.ETag, row))
        {
            return Task.FromException(Stale(stateName, grainId, grainState.ETag));
        }

        (grainState.ETag, grainState.RecordExists) = (eTag, true);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        var isRemoved = grainState.ETag is null
            ? !_rows.ContainsKey(key)
            : _rows.TryGetValue(key, out var row) && row.ETag == grainState.ETag && _rows.TryRemove(new(key, row));
        if (!isRemoved)
        {
            return Task.FromException(Stale(stateName, grainId, grainState.ETag));
        }

        (grainState.ETag, grainState.RecordExists) = (null, false);
        return Task.CompletedTask;
    }

    private static InconsistentStateException Stale(string stateName, GrainId grainId, string? eTag) =>
        new($"{stateName} of {grainId} was written by somebody else since {eTag ?? "nothing"} was read.");

    private bool TryReplace((string StateName, GrainId Grain) key, string? eTag, Row row) =>
        eTag is null
            ? _rows.TryAdd(key, row)
            : _rows.TryGetValue(key, out var old) && old.ETag == eTag && _rows.TryUpdate(key, row, old);

    private sealed record Row(byte[] Json, string ETag);
}
