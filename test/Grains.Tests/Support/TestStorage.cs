using System.Collections.Concurrent;

namespace Orchestrator.Support;

/// <summary>A store in memory, as JSON, that outlives the engine; it fails when it is told to, and says what it holds.</summary>
internal sealed class TestStorage : IGrainStorage
{
    private readonly MemoryGrainStorage _kept = new(Json.Store);
    private readonly ConcurrentDictionary<(string State, string Key), int> _records = new();

    /// <summary>Writes and clears fail with this, for the states that it names; all when it names none.</summary>
    public Func<string, Exception?>? Failure { get; set; }

    /// <summary>Writes wait for this, by the name of their state.</summary>
    public Func<string, Task>? Stall { get; set; }

    public bool Holds(string state, string key) => _records.ContainsKey((state, key));

    /// <summary>How often this record was written since it was made.</summary>
    public int Writes(string state, string key) => _records.GetValueOrDefault((state, key));

    public int Count(string state) => _records.Keys.Count(r => r.State == state);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _kept.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await (Stall?.Invoke(stateName) ?? Task.CompletedTask);
        Fail(stateName);
        await _kept.WriteStateAsync(stateName, grainId, grainState);
        _records.AddOrUpdate((stateName, grainId.Key), 1, (_, writes) => writes + 1);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail(stateName);
        await _kept.ClearStateAsync(stateName, grainId, grainState);
        _records.TryRemove((stateName, grainId.Key), out _);
    }

    private void Fail(string stateName)
    {
        if (Failure?.Invoke(stateName) is { } failure)
        {
            throw failure;
        }
    }
}
