#if !ENGINE_ORLEANS
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Support;

/// <summary>Whose turn it is: a seed decides.</summary>
internal sealed class Turns(Random random)
{
    public const int Runs = 150;

    private readonly SeededScheduler _scheduler = new(random);

    public GrainHostSetup On(GrainHostSetup setup) => setup with { Scheduler = _scheduler };

    /// <summary>Begins the work of somebody who calls grains.</summary>
    public Task Start(Func<Task> client) => _scheduler.Start(client);

    /// <summary>Some turns, not all: the next command comes while others are under way.</summary>
    public void Take(int turns)
    {
        for (; turns > 0 && _scheduler.RunOne(); turns--)
        {
        }
    }

    public void UntilIdle() => _scheduler.RunUntilIdle();

    /// <summary>Whether it is done when everybody has had their turns.</summary>
    public bool Ends(Task task)
    {
        UntilIdle();
        return task.IsCompleted;
    }

    /// <summary>When everybody has had their turns, it is so.</summary>
    [SuppressMessage("Style", "IDE0060", Justification = "The other engine has a use for it.")]
    public void Hold(Action check, Action letTimeGo)
    {
        UntilIdle();
        check();
    }
}
#endif
