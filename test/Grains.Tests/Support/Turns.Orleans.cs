#if ENGINE_ORLEANS
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Support;

/// <summary>Whose turn it is: the silos decide, each for itself, and no run is like another.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "The other engine has a scheduler that they are of.")]
internal sealed class Turns
{
    // Each has a cluster of its own.
    public const int Runs = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentBag<Task> _begun = [];

    [SuppressMessage("Style", "IDE0060", Justification = "The other engine has a use for it.")]
    public Turns(Random random)
    {
    }

    public GrainHostSetup On(GrainHostSetup setup) => setup;

    /// <summary>Begins the work of somebody who calls grains.</summary>
    public Task Start(Func<Task> client)
    {
        var work = Task.Run(client);
        _begun.Add(work);
        return work;
    }

    /// <summary>Some turns, not all: the next command comes while others are under way.</summary>
    public void Take(int turns) => Thread.SpinWait(turns * 1_000);

    /// <summary>Until all are answered that wait for no time to go by.</summary>
    public void UntilIdle() => SpinWait.SpinUntil(() => _begun.All(work => work.IsCompleted), Step);

    /// <summary>Whether it is done in time.</summary>
    public bool Ends(Task task) => SpinWait.SpinUntil(() => task.IsCompleted, Patience);

    /// <summary>Soon, it is so.</summary>
    public void Hold(Action check, Action letTimeGo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                check();
                return;
            }
            catch (Exception) when (TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                letTimeGo();
                SpinWait.SpinUntil(static () => false, Step);
            }
        }
    }
}
#endif
