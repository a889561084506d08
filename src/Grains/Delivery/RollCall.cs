namespace Orchestrator.Delivery;

/// <summary>
/// Asks those that a grain knows of whether they are still there, after it was read from the store or a gateway was lost: again until each has answered, because a question is lost with the silo
/// that it went to. The first readers wait a moment for the answers, so that nobody is shown a world in which some are missing for a blink. It belongs to one activation and is used in its turns only.
/// </summary>
/// <param name="ask">Asks one of them, one way: it answers in its own time.</param>
/// <param name="period">Between one question and the next.</param>
public sealed class RollCall<TId>(Grain grain, Action<TId> ask, TimeSpan period, TimeProvider time)
    where TId : struct
{
    /// <summary>Whoever needs longer is shown as missing.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromMilliseconds(300);

    private readonly HashSet<TId> _missing = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _done = Task.CompletedTask;
    private IGrainTimer? _asking;

    /// <summary>Asks those that the store knows of; readers wait for them. Called once.</summary>
    public void Begin(IEnumerable<TId> expected)
    {
        Ask(expected);
        if (_missing.Count > 0)
        {
            _done = _complete.Task.WaitAsync(PatienceMax, time);
        }
    }

    /// <summary>Asks these, and those that have not answered yet; nobody waits for them.</summary>
    public void Ask(IEnumerable<TId> expected)
    {
        _missing.UnionWith(expected);
        if (_missing.Count == 0)
        {
            return;
        }

        Ask();
        _asking ??= grain.RegisterGrainTimer(
            _ =>
            {
                Ask();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(period, period) { Interleave = true });
    }

    /// <summary>Has answered, or does not need to.</summary>
    public void Heard(TId id)
    {
        if (_missing.Remove(id) && _missing.Count == 0)
        {
            _asking?.Dispose();
            _asking = null;
            _complete.TrySetResult();
        }
    }

    /// <summary>Done when all have answered, or after a moment.</summary>
    public async Task Done() => await _done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private void Ask()
    {
        foreach (var id in _missing)
        {
            ask(id);
        }
    }
}
