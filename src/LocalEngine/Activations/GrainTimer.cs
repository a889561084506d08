namespace Orchestrator.LocalEngine;

/// <summary>A timer whose runs are turns of its grain. The next one is set when the last one is over, so they never overlap.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _isRunning;
    private bool _isChanged;

    internal GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        (_dueTime, _period) = (options.DueTime, options.Period);

        _timer = CreateTimer();
    }

    internal bool Interleaves => _options.Interleave;

    internal bool KeepsAlive => _options.KeepAlive;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        (_dueTime, _period) = (dueTime, period);
        _isChanged = true;
        if (!_isRunning)
        {
            Start();
        }
    }

    public void Dispose()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        _timer.Dispose();
        _disposed.Cancel();
        _activation.Forget(this);
    }

    internal void Start() => _timer.Change(_dueTime, Timeout.InfiniteTimeSpan);

    internal async Task Run()
    {
        if (_disposed.IsCancellationRequested || _isRunning)
        {
            return;
        }

        _isRunning = true;
        _isChanged = false;
        try
        {
            await _callback(_disposed.Token);
        }
        finally
        {
            _isRunning = false;
            Restart();
        }
    }

    /// <summary>A timer lives longer than the call that made it, and takes nothing of its context.</summary>
    private ITimer CreateTimer()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return CreateTimerHere();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return CreateTimerHere();
        }
    }

    private ITimer CreateTimerHere() => _activation.Engine.Time.CreateTimer(
        static state => ((GrainTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void Restart()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        _timer.Change(_isChanged ? _dueTime : _period, Timeout.InfiniteTimeSpan);
    }

    private void Fire() => _activation.TryPost(new TimerTick(this));
}

/// <summary>One run of a timer, in the queue of its grain.</summary>
internal sealed class TimerTick(GrainTimer timer) : Request
{
    public override GrainMethod Method => throw new NotSupportedException("A tick is no method.");

    internal override bool Interleaves => timer.Interleaves;

    internal override bool IsUse => timer.KeepsAlive;

    internal override bool IsAnswered => false;

    public override Task Invoke(object target) => timer.Run();

    internal override void Answer(Task done, MessageCopier? copier)
    {
    }

    internal override bool Fail(Exception exception) => false;
}
