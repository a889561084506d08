namespace Orchestrator.LocalEngine;

/// <summary>A grain's state: what was read at activation, and the way to write it.</summary>
public interface IPersistentState<TState>
{
    /// <summary>The state in memory. Changing it writes nothing.</summary>
    TState State { get; set; }

    /// <summary>Changes with every write; a write with an old one fails with <see cref="InconsistentStateException"/>.</summary>
    string? Etag { get; }

    /// <summary>Whether the store holds anything for this grain.</summary>
    bool RecordExists { get; }

    /// <summary>Writes what <see cref="State"/> is now.</summary>
    Task WriteStateAsync();

    /// <summary>Reads again what the store holds.</summary>
    Task ReadStateAsync();

    /// <summary>Removes the record.</summary>
    Task ClearStateAsync();

    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();

    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();
}

/// <summary>A grain's record on its way to or from a store.</summary>
public interface IGrainState<T>
{
    T? State { get; set; }

    string? ETag { get; set; }

    bool RecordExists { get; set; }
}

/// <summary>A store of grain states. One may serve many grains at once.</summary>
public interface IGrainStorage
{
    Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

    /// <summary>Takes the state as it is at the call, whatever happens to it afterwards; done when durable.</summary>
    Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

    Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
}

/// <summary>
/// Somebody else wrote in between. A grain's call that ends with it also ends the activation, whose state is stale.
/// </summary>
public sealed class InconsistentStateException : Exception
{
    public InconsistentStateException(string message) : base(message)
    {
    }

    public InconsistentStateException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag) : base(errorMsg)
    {
        StoredEtag = storedEtag;
        CurrentEtag = currentEtag;
    }

    public string? StoredEtag { get; }

    public string? CurrentEtag { get; }

    /// <summary>False once it has left the activation that made it: callers further up are not stale.</summary>
    internal bool IsSourceActivation { get; set; } = true;
}
