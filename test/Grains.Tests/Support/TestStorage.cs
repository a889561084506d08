using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Support;

/// <summary>A store in memory, as JSON, that outlives the engine and is the same for all silos; it fails when it is told to, and says what it holds.</summary>
internal sealed class TestStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, string Key), Row> _rows = new();
    private long _lastETag;

    /// <summary>Writes and clears fail with this, for the states that it names; all when it names none.</summary>
    public Func<string, Exception?>? Failure { get; set; }

    /// <summary>Writes wait for this, by the name of their state.</summary>
    public Func<string, Task>? Stall { get; set; }

    public bool Holds(string state, string key) => _rows.ContainsKey((state, key));

    /// <summary>How often this record was written since it was made.</summary>
    public int Writes(string state, string key) => _rows.GetValueOrDefault((state, key))?.Writes ?? 0;

    public int Count(string state) => _rows.Keys.Count(r => r.State == state);

    /// <summary>What there is a record of, for the reason that a test gives.</summary>
    public string Records => string.Join(", ", _rows.Keys.Select(static row => $"{row.State} {row.Key}").Order(StringComparer.Ordinal));

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_rows.TryGetValue(Key(stateName, grainId), out var row))
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Data, Json.Store)!;
        }

        (grainState.ETag, grainState.RecordExists) = (row?.ETag, row is not null);
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Before the first await: this is the state as it is at the call.
        var data = JsonSerializer.SerializeToUtf8Bytes(grainState.State, Json.Store);
        await (Stall?.Invoke(stateName) ?? Task.CompletedTask);
        Fail(stateName);
        var key = Key(stateName, grainId);
        var old = Known(key, grainState.ETag);
        var row = new Row(data, Interlocked.Increment(ref _lastETag).ToString(CultureInfo.InvariantCulture), (old?.Writes ?? 0) + 1);
        Demand(old is null ? _rows.TryAdd(key, row) : _rows.TryUpdate(key, row, old), key);
        (grainState.ETag, grainState.RecordExists) = (row.ETag, true);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail(stateName);
        var key = Key(stateName, grainId);
        Demand(Known(key, grainState.ETag) is not { } old || _rows.TryRemove(new(key, old)), key);
        (grainState.ETag, grainState.RecordExists) = (null, false);
        return Task.CompletedTask;
    }

    private static (string State, string Key) Key(string stateName, GrainId grainId) => (stateName, $"{grainId.Key}");

    private static void Demand(bool isSame, (string State, string Key) key)
    {
        if (!isSame)
        {
            throw new InconsistentStateException($"{key.State} of {key.Key} was written by somebody else.");
        }
    }

    /// <summary>The row that the writer has read; null where it has read that there is none.</summary>
    private Row? Known((string State, string Key) key, string? eTag)
    {
        var row = _rows.GetValueOrDefault(key);
        Demand(row?.ETag == eTag, key);
        return row;
    }

    private void Fail(string stateName)
    {
        if (Failure?.Invoke(stateName) is { } failure)
        {
            throw failure;
        }
    }

    private sealed record Row(byte[] Data, string ETag, int Writes);
}
