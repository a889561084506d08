namespace Orchestrator.LocalEngine;

/// <summary>
/// Runs the turns of all grains on one thread, in an order that only the seed decides: a simulation that failed once
/// fails again. Turns run when <see cref="RunUntilIdle"/> or <see cref="RunOne"/> is called, and at no other time.
/// </summary>
public sealed class SeededScheduler(Random random) : ITurnScheduler
{
    private readonly Lock _gate = new();
    private readonly List<IThreadPoolWorkItem> _turns = [];

    /// <summary>One turn at a time, so that every await is a place where others may come in.</summary>
    public int TurnsAtOnce => 1;

    public void Schedule(IThreadPoolWorkItem turn)
    {
        lock (_gate)
        {
            _turns.Add(turn);
        }
    }

    /// <summary>Begins the work of somebody who calls grains; what follows its awaits are turns as well.</summary>
    public Task Start(Func<Task> client)
    {
        var context = new LooseTurns(this, static exception => throw new InvalidOperationException("A client failed.", exception));
        var done = new TaskCompletionSource();
        context.Post(_ => _ = Run(client, done), null);
        return done.Task;
    }

    /// <summary>One turn of anybody; false when nobody has one.</summary>
    public bool RunOne()
    {
        if (Take() is not { } turn)
        {
            return false;
        }

        turn.Execute();
        return true;
    }

    /// <summary>Runs turns until there are none, and says how many there were.</summary>
    public int RunUntilIdle()
    {
        var turns = 0;
        while (RunOne())
        {
            turns++;
        }

        return turns;
    }

    private static async Task Run(Func<Task> client, TaskCompletionSource done)
    {
        try
        {
            await client();
            done.SetResult();
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }

    private IThreadPoolWorkItem? Take()
    {
        lock (_gate)
        {
            if (_turns.Count == 0)
            {
                return null;
            }

            var i = random.Next(_turns.Count);
            var turn = _turns[i];
            _turns[i] = _turns[^1];
            _turns.RemoveAt(_turns.Count - 1);
            return turn;
        }
    }
}
