namespace Orchestrator.LocalEngine;

/// <summary>What the engine did since it started.</summary>
public sealed class LocalEngineStatistics
{
    private readonly Func<IReadOnlyDictionary<string, int>> _activations;
    private readonly StripedCounter _calls = new();
    private readonly StripedCounter _turns = new();
    private long _faults;
    private int _queueHighWater;

    internal LocalEngineStatistics(Func<IReadOnlyDictionary<string, int>> activations) => _activations = activations;

    /// <summary>Grains in memory, by type.</summary>
    public IReadOnlyDictionary<string, int> Activations => _activations();

    /// <summary>Calls of grains and observers and runs of timers that were begun.</summary>
    public long Calls => _calls.Sum;

    /// <summary>Pieces of work done without a pause: beginnings of calls, and what follows an await.</summary>
    public long Turns => _turns.Sum;

    /// <summary>Calls, activations, deactivations and observers that failed with an exception of theirs.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>The most that ever waited in one mailbox.</summary>
    public int QueueHighWater => Volatile.Read(ref _queueHighWater);

    internal void CallStarted() => _calls.Add(1);

    internal void Faulted() => Interlocked.Increment(ref _faults);

    internal void TurnsTaken(int turns, int waiting)
    {
        _turns.Add(turns);
        var highest = Volatile.Read(ref _queueHighWater);
        while (waiting > highest)
        {
            var seen = Interlocked.CompareExchange(ref _queueHighWater, waiting, highest);
            if (seen == highest)
            {
                return;
            }

            highest = seen;
        }
    }
}
