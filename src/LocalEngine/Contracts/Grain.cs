namespace Orchestrator.LocalEngine;

/// <summary>A virtual actor. It exists while somebody calls it; its turns never overlap.</summary>
public abstract class Grain : IAddressable
{
    internal Activation Context { get; } = Activation.BeingMade
        ?? throw new InvalidOperationException("Grains are made by the engine: ask the IGrainFactory for one.");

    /// <summary>Gives references to other grains.</summary>
    protected IGrainFactory GrainFactory => Context.Engine;

    /// <summary>The services of the process.</summary>
    protected IServiceProvider ServiceProvider => Context.Engine.Services;

    /// <summary>Runs before the first call, once its state was read. A failure here fails that call.</summary>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last call, for any reason but the end of the process by force.</summary>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation when its present calls are done; the next call makes a new one.</summary>
    protected void DeactivateOnIdle() => Context.DeactivateOnIdle();

    /// <summary>Keeps this activation for at least the given time, counted from now.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Context.DelayDeactivation(timeSpan);
}

/// <summary>Anything that a message can be sent to.</summary>
public interface IAddressable;

/// <summary>Marks an interface as a grain's.</summary>
public interface IGrain : IAddressable;

/// <summary>A grain whose identity is a string.</summary>
public interface IGrainWithStringKey : IGrain;

/// <summary>Something outside of the grains that grains can call: one way, in order.</summary>
public interface IGrainObserver : IAddressable;

/// <summary>Gives references: to grains by identity, to observers by object.</summary>
public interface IGrainFactory
{
    /// <summary>A reference to the grain of this identity. Costs nothing and activates nothing.</summary>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;

    /// <summary>A reference that grains can keep and call; the object must be kept alive by its owner.</summary>
    TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver;

    /// <summary>Calls by the reference fail from now on.</summary>
    void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver;
}

/// <summary>Why an activation ended.</summary>
public readonly record struct DeactivationReason(DeactivationReasonCode ReasonCode, string Description);

/// <summary>Why an activation ended, as a code.</summary>
public enum DeactivationReasonCode
{
    None,
    ShuttingDown,
    ActivationFailed,
    ApplicationError,
    ApplicationRequested,
    ActivationIdle,
}

/// <summary>Identity of a grain: the type's name and the key.</summary>
public readonly record struct GrainId(string Type, string Key)
{
    public static GrainId Create(string type, string key) => new(type, key);

    public override string ToString() => $"{Type}/{Key}";
}
