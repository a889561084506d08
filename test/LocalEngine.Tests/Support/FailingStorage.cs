namespace Orchestrator.LocalEngine.Support;

/// <summary>A store in memory that fails when it is told to.</summary>
internal sealed class FailingStorage : IGrainStorage
{
    private readonly MemoryGrainStorage _kept = new();

    public Exception? ReadFailure { get; set; }

    public Exception? WriteFailure { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadFailure is { } failure ? Task.FromException(failure) : _kept.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteFailure is { } failure ? Task.FromException(failure) : _kept.WriteStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _kept.ClearStateAsync(stateName, grainId, grainState);
}
