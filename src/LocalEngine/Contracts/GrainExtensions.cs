namespace Orchestrator.LocalEngine;

/// <summary>What a grain may ask of its engine, and anybody of a reference.</summary>
public static class GrainExtensions
{
    /// <summary>The identity of a grain or of what a reference points to.</summary>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        Grain instance => instance.Context.GrainId,
        GrainReference reference => reference.GrainId,
        _ => throw new ArgumentException($"{grain.GetType().Name} is not a grain.", nameof(grain)),
    };

    /// <summary>The key of this grain's identity.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key;

    /// <summary>A reference to the same grain by another of its interfaces; of a grain itself, to hand to others.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
        where TGrainInterface : IAddressable => grain switch
        {
            Grain instance => instance.Context.Class.Reference<TGrainInterface>(instance.Context.GrainId.Key),
            GrainReference reference => reference.Class.Reference<TGrainInterface>(reference.GrainId.Key),
            _ => (TGrainInterface)grain,
        };

    public static IGrainTimer RegisterGrainTimer(
        this Grain grain, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options) =>
        grain.Context.StartTimer(callback, options);

    public static IGrainTimer RegisterGrainTimer(
        this Grain grain, Func<CancellationToken, Task> callback, TimeSpan dueTime, TimeSpan period) =>
        grain.Context.StartTimer(callback, new GrainTimerCreationOptions(dueTime, period));

    public static IGrainTimer RegisterGrainTimer(
        this Grain grain, Func<Task> callback, GrainTimerCreationOptions options) =>
        grain.Context.StartTimer(_ => callback(), options);

    public static IGrainTimer RegisterGrainTimer(
        this Grain grain, Func<Task> callback, TimeSpan dueTime, TimeSpan period) =>
        grain.Context.StartTimer(_ => callback(), new GrainTimerCreationOptions(dueTime, period));

    public static IGrainTimer RegisterGrainTimer<TState>(
        this Grain grain, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        grain.Context.StartTimer(cancellationToken => callback(state, cancellationToken), options);
}
