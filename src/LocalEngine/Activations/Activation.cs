using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine;

/// <summary>
/// One grain in memory: its mailbox, its life and its rules of what may run beside what. All of its fields but the
/// volatile ones are touched in its own turns only, so there are no locks here.
/// </summary>
internal sealed class Activation(GrainClass grainClass, string key) : Mailbox(grainClass.Engine.Scheduler)
{
    [ThreadStatic]
    private static Activation? _beingMade;

    private HeldRequests _held;
    private Grain? _instance;
    private Request? _blocking;
    private LooseTurns? _late;
    private List<GrainTimer>? _timers;
    private DeactivationReason? _leaving;
    private int _running;
    private volatile Phase _phase;
    private long _phaseSince = grainClass.Engine.CoarseNow;
    private long _usedUntil = grainClass.Engine.CoarseNow;

    private enum Phase
    {
        New,
        Activating,
        Active,
        Deactivating,
        Ended,
    }

    /// <summary>The activation whose grain's constructor runs on this thread.</summary>
    internal static Activation? BeingMade => _beingMade;

    internal GrainClass Class => grainClass;

    internal Engine Engine => grainClass.Engine;

    internal GrainId GrainId => new(grainClass.Name, key);

    private bool IsOpen => _phase == Phase.Active && _leaving is null;

    internal void DeactivateOnIdle() =>
        Leave(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "DeactivateOnIdle was called."));

    /// <summary>From any thread: end when the present calls are done.</summary>
    internal void Leave(DeactivationReason reason)
    {
        if (Current == this)
        {
            LeaveInTurn(reason);
            return;
        }

        Post(static state =>
        {
            var (activation, reason) = ((Activation, DeactivationReason))state!;
            activation.LeaveInTurn(reason);
        }, (this, reason));
    }

    internal void DelayDeactivation(TimeSpan time)
    {
        var until = time == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : Engine.Time.GetTimestamp() + Engine.Ticks(time) - Engine.IdleTicks;
        _usedUntil = Math.Max(_usedUntil, until);
    }

    internal IGrainTimer StartTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new GrainTimer(this, callback, options);
        (_timers ??= new List<GrainTimer>(1)).Add(timer);
        timer.Start();
        return timer;
    }

    internal void Forget(GrainTimer timer) => _timers?.Remove(timer);

    /// <summary>From the sweep: asks for a turn when there is something to look at.</summary>
    internal void Sweep(long now)
    {
        var phase = _phase;
        var isOverdue = phase is Phase.Activating or Phase.Deactivating && now - Volatile.Read(ref _phaseSince) > Engine.CallTicks;
        var isIdle = phase == Phase.Active && !LooksBusy && now - Volatile.Read(ref _usedUntil) > Engine.IdleTicks;
        if (isOverdue || isIdle)
        {
            Post(static state => ((Activation)state!).SweepInTurn(), this);
        }
    }

    protected override void Run(WorkItem item)
    {
        if (item is Request request)
        {
            Receive(request);
            return;
        }

        try
        {
            ((Continuation)item).Run();
        }
        catch (Exception exception)
        {
            // Only an async void method can get here.
            LogLoose(exception);
        }
    }

    protected override WorkItem? TakeHeld() => IsOpen && _blocking is null ? _held.Take() : null;

    protected override void TurnsTaken(int turns, int waiting) =>
        Engine.Statistics.TurnsTaken(turns, waiting + _held.Count);

    protected override void PostLate(Continuation item)
    {
        LazyInitializer.EnsureInitialized(ref _late, () => new LooseTurns(Scheduler, LogLoose));
        _late.TryPost(item);
    }

    /// <summary>Lets something that it left running go on, after its end.</summary>
    internal void Resume(Continuation item) => PostLate(item);

    private void Receive(Request request)
    {
        if (_phase == Phase.New)
        {
            _phase = Phase.Activating;
            _held.Add(request);
            _ = Activate();
            return;
        }

        var mayStart = IsOpen && (_blocking is null || request.Interleaves || grainClass.IsReentrant);
        if (mayStart)
        {
            Start(request);
        }
        else
        {
            _held.Add(request);
        }
    }

    private void Start(Request request)
    {
        if (request.IsAnswered)
        {
            return; // its caller has given up
        }

        _running++;
        if (!grainClass.IsReentrant && !request.Interleaves)
        {
            _blocking = request;
        }

        if (request.IsUse)
        {
            KeepInUse();
        }

        Engine.Statistics.CallStarted();
        var task = Invoke(request);
        if (task.IsCompleted)
        {
            Finish(request, task);
        }
        else
        {
            _ = FinishLater(request, task);
        }
    }

    private Task Invoke(Request request)
    {
        try
        {
            return request.Invoke(_instance!)
                ?? Task.FromException(new InvalidOperationException($"{request.Method.Name} of {GrainId} returned no task."));
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    private async Task FinishLater(Request request, Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Finish(request, task);
    }

    private void Finish(Request request, Task task)
    {
        _running--;
        if (_blocking == request)
        {
            _blocking = null;
        }

        if (request.IsUse)
        {
            KeepInUse();
        }

        Engine.Outstanding.Remove(request);
        if (task.IsFaulted)
        {
            OnFault(request, task.Exception!.InnerException!);
        }

        request.Answer(task, Engine.Copier);
        if (_leaving is not null)
        {
            LeaveWhenDone();
        }
    }

    private void OnFault(Request request, Exception exception)
    {
        Engine.Statistics.Faulted();
        if (exception is InconsistentStateException { IsSourceActivation: true } stale)
        {
            stale.IsSourceActivation = false;
            LeaveInTurn(new DeactivationReason(DeactivationReasonCode.ApplicationError, stale.Message));
        }

        if (exception is EngineStoppedException)
        {
            // The process is about to end, and nobody waits for it.
            return;
        }

        if (request is TimerTick)
        {
            Engine.Logger.LogError(exception, "A timer of {Grain} failed.", GrainId);
        }
        else if (request.Method.IsOneWay)
        {
            Engine.Logger.LogWarning(exception, "One-way call {Method} of {Grain} failed.", request.Method.Name, GrainId);
        }
    }

    private void KeepInUse() => _usedUntil = Math.Max(_usedUntil, Engine.CoarseNow);

    private async Task Activate()
    {
        var states = new List<IActivatedState>();
        try
        {
            _instance = Construct(states);
            foreach (var state in states)
            {
                await state.ReadStateAsync();
            }

            await _instance.OnActivateAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            Engine.Statistics.Faulted();
            Engine.Logger.LogWarning(exception, "{Grain} could not be activated.", GrainId);
            await DisposeInstance();
            End(exception);
            return;
        }

        if (_phase == Phase.Activating)
        {
            BecomeActive();
        }
    }

    private void BecomeActive()
    {
        _phase = Phase.Active;
        // The call that made the activation is served by it, even if OnActivateAsync asked for its end: the next
        // activation would ask again.
        if (_held.Take() is { } first)
        {
            Start(first);
        }

        PutFirst(_held.TakeAll());
        LeaveWhenDone();
    }

    private Grain Construct(List<IActivatedState> states)
    {
        _beingMade = this;
        try
        {
            return grainClass.Construct(key, states);
        }
        finally
        {
            _beingMade = null;
        }
    }

    private void LeaveInTurn(DeactivationReason reason)
    {
        _leaving ??= reason;
        LeaveWhenDone();
    }

    private void LeaveWhenDone()
    {
        if (_leaving is { } reason && _phase == Phase.Active && _running == 0)
        {
            _ = Deactivate(reason);
        }
    }

    private async Task Deactivate(DeactivationReason reason)
    {
        _phaseSince = Engine.CoarseNow;
        _phase = Phase.Deactivating;
        StopTimers();
        try
        {
            await _instance!.OnDeactivateAsync(reason, Engine.StopToken);
        }
        catch (Exception exception)
        {
            Engine.Statistics.Faulted();
            Engine.Logger.LogWarning(exception, "{Grain} failed while it was deactivated.", GrainId);
        }

        await DisposeInstance();
        End(failure: null);
    }

    private void SweepInTurn()
    {
        var now = Engine.CoarseNow;
        if (_phase is Phase.Activating or Phase.Deactivating && now - _phaseSince > Engine.CallTicks)
        {
            Engine.Logger.LogWarning("{Grain} was given up: it took too long at {Phase}.", GrainId, _phase);
            End(_phase == Phase.Activating ? new TimeoutException($"{GrainId} did not activate in time.") : null);
        }
        else if (IsOpen && _running == 0 && now - _usedUntil > Engine.IdleTicks)
        {
            LeaveInTurn(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody called for a while."));
        }
    }

    /// <summary>What waits goes to the next activation, or fails with this one.</summary>
    private void End(Exception? failure)
    {
        if (_phase == Phase.Ended)
        {
            return;
        }

        _phase = Phase.Ended;
        StopTimers();
        _timers = null;
        grainClass.End(this, key, failure, () =>
        {
            PutFirst(_held.TakeAll());
            return Close();
        });

        // References remember where they called last; they keep this shell, and need not keep the grain.
        _instance = null;
    }

    private async Task DisposeInstance()
    {
        try
        {
            if (_instance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (_instance as IDisposable)?.Dispose();
            }
        }
        catch (Exception exception)
        {
            Engine.Logger.LogWarning(exception, "{Grain} failed while it was disposed.", GrainId);
        }
    }

    private void StopTimers()
    {
        foreach (var timer in _timers?.ToArray() ?? [])
        {
            timer.Dispose();
        }
    }

    private void LogLoose(Exception exception) =>
        Engine.Logger.LogError(exception, "Something that {Grain} did not await failed.", GrainId);
}
