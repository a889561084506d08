namespace Orchestrator.LocalEngine;

/// <summary>Decides when a grain gets its next turns.</summary>
public interface ITurnScheduler
{
    /// <summary>How many turns a grain takes before others have theirs.</summary>
    int TurnsAtOnce => 64;

    /// <summary>Executes the item once, later and from any thread; never inside of this call.</summary>
    void Schedule(IThreadPoolWorkItem turn);
}

internal sealed class ThreadPoolScheduler : ITurnScheduler
{
    // Local: a call and its answer mostly stay on one thread, whose cache is warm.
    public void Schedule(IThreadPoolWorkItem turn) => ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: true);
}
