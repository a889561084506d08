namespace Orchestrator.Support;

/// <summary>Runs everything a test begins on the thread of the test, in turns, as a grain's activation would.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly Lock _gate = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _turns = new();

    /// <summary>Runs the body, and every turn that it begins, until there is none.</summary>
    public static void Run(Action<OneThread> body)
    {
        var before = Current;
        var turns = new OneThread();
        SetSynchronizationContext(turns);
        try
        {
            body(turns);
            turns.UntilIdle();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            _turns.Enqueue((d, state));
        }
    }

    public void UntilIdle()
    {
        while (TryTake(out var turn))
        {
            turn.Callback(turn.State);
        }
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) turn)
    {
        lock (_gate)
        {
            return _turns.TryDequeue(out turn);
        }
    }
}
