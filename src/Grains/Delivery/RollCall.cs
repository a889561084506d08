namespace Orchestrator.Delivery;

/// <summary>
/// After a grain was read from the store: waits a moment for those who are asked whether they are still there, so that nobody is shown a world in which they are
/// missing for a blink. It belongs to one activation and is used in its turns only.
/// </summary>
public sealed class RollCall<TId>(TimeProvider time)
    where TId : struct
{
    /// <summary>Whoever needs longer is shown as missing.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromMilliseconds(300);

    private readonly HashSet<TId> _missing = [];
    private TaskCompletionSource _complete = new();
    private Task _done = Task.CompletedTask;

    /// <summary>Who has not answered yet.</summary>
    public IReadOnlyCollection<TId> Missing => _missing;

    /// <summary>Begins to wait for these, and for those that have not answered yet.</summary>
    public void Begin(IEnumerable<TId> expected)
    {
        _missing.UnionWith(expected);
        if (_missing.Count > 0)
        {
            _complete = new();
            _done = _complete.Task.WaitAsync(PatienceMax, time);
        }
    }

    /// <summary>Has answered, or does not need to.</summary>
    public void Heard(TId id)
    {
        if (_missing.Remove(id) && _missing.Count == 0)
        {
            _complete.SetResult();
        }
    }

    /// <summary>Done when all have answered, or after a moment.</summary>
    public async Task Done() => await _done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
