namespace Orchestrator.LocalEngine;

/// <summary>What an activation reads before it begins.</summary>
internal interface IActivatedState
{
    Task ReadStateAsync();
}

/// <summary>One state of one activation; it is its own record on the way to the store.</summary>
internal sealed class PersistentState<TState>(IGrainStorage storage, string stateName, GrainId grainId)
    : IPersistentState<TState>, IGrainState<TState>, IActivatedState
{
    private static readonly bool IsMadeFromNothing =
        typeof(TState).IsValueType || typeof(TState).GetConstructor(Type.EmptyTypes) is not null;

    public TState State { get; set; } = New();

    TState? IGrainState<TState>.State
    {
        get => State;
        set => State = value!;
    }

    public string? Etag { get; private set; }

    string? IGrainState<TState>.ETag
    {
        get => Etag;
        set => Etag = value;
    }

    public bool RecordExists { get; set; }

    public async Task ReadStateAsync()
    {
        await storage.ReadStateAsync(stateName, grainId, this);
        if (!RecordExists || State is null)
        {
            State = New();
        }
    }

    public Task WriteStateAsync() => storage.WriteStateAsync(stateName, grainId, this);

    public async Task ClearStateAsync()
    {
        await storage.ClearStateAsync(stateName, grainId, this);
        State = New();
    }

    private static TState New() => IsMadeFromNothing ? Activator.CreateInstance<TState>() : default!;
}
