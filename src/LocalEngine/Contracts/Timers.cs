namespace Orchestrator.LocalEngine;

/// <summary>A timer of one activation; it ends with it.</summary>
public interface IGrainTimer : IDisposable
{
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>When a grain timer fires, and how.</summary>
public readonly struct GrainTimerCreationOptions()
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    public required TimeSpan DueTime { get; init; }

    /// <summary>Time between the end of one run and the start of the next; <see cref="Timeout.InfiniteTimeSpan"/> for once.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether it may run between the awaits of other calls.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a run counts as use of the activation.</summary>
    public bool KeepAlive { get; init; }
}
