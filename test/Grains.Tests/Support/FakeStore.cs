namespace Orchestrator.Support;

/// <summary>A grain's record whose writes end when and how the test says.</summary>
internal sealed class FakeStore<TState> : IPersistentState<TState>
    where TState : class, new()
{
    private readonly Queue<Exception> _failures = new();
    private TaskCompletionSource? _gate;
    private int _inFlight;

    public TState State { get; set; } = new();

    public string? Etag => null;

    public bool RecordExists { get; set; }

    /// <summary>What the store holds, oldest first.</summary>
    public List<TState?> Written { get; } = [];

    public int Begun { get; private set; }

    public int InFlightMax { get; private set; }

    /// <summary>Writes wait from now on.</summary>
    public void Hold() => _gate = new TaskCompletionSource();

    /// <summary>What waits goes on, one write that comes after it waits again.</summary>
    public void LetOneGo()
    {
        var gate = _gate!;
        Hold();
        gate.SetResult();
    }

    /// <summary>Nothing waits any more.</summary>
    public void LetAllGo()
    {
        var gate = _gate!;
        _gate = null;
        gate.SetResult();
    }

    public void FailNext(Exception exception) => _failures.Enqueue(exception);

    public Task WriteStateAsync() => Write(State);

    public Task ClearStateAsync() => Write(null);

    public Task ReadStateAsync() => throw new NotSupportedException("The engine reads.");

    private async Task Write(TState? state)
    {
        Begun++;
        InFlightMax = Math.Max(InFlightMax, ++_inFlight);
        try
        {
            var gate = _gate;
            if (gate is not null)
            {
                await gate.Task;
            }

            if (_failures.TryDequeue(out var failure))
            {
                throw failure;
            }

            Written.Add(state);
            RecordExists = state is not null;
        }
        finally
        {
            _inFlight--;
        }
    }
}
