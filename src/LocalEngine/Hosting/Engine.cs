using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine;

/// <summary>Knows the grain classes, gives references, and holds what all activations share.</summary>
internal sealed class Engine : IGrainFactory, IDisposable
{
    // Idle grains may be many, and need not be looked at as often as the calls that are out.
    private const int WalksPerTimeout = 10;

    private readonly Catalogue _catalogue;
    private readonly ConcurrentDictionary<Type, Func<ObserverMailbox, ObserverReference>> _observers = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopNow = new();

    // Activations in memory, plus one while the engine is open: so at zero it is closed and empty.
    private long _inside = 1;
    private long _coarseNow;
    private long _nextWalk;
    private volatile bool _isStopping;

    public Engine(
        LocalEngineOptions options, IServiceProvider services, TimeProvider time, ILoggerFactory logging)
    {
        options.Validate();
        Options = options;
        StopToken = _stopNow.Token;
        Services = services;
        Time = time;
        Logger = logging.CreateLogger("Orchestrator.LocalEngine");
        Scheduler = options.Scheduler ?? new ThreadPoolScheduler();
        ReplyOptions = options.Scheduler is null
            ? TaskCreationOptions.RunContinuationsAsynchronously
            : TaskCreationOptions.None;
        Copier = options.CopyMessages ? new MessageCopier() : null;
        CallTicks = Ticks(options.CallTimeout);
        IdleTicks = Ticks(options.IdleTimeout);
        _coarseNow = time.GetTimestamp();
        _catalogue = new Catalogue(this, options.GrainClasses());
        Statistics = new LocalEngineStatistics(() => _catalogue.Classes.ToDictionary(grain => grain.Name, grain => grain.Count));
        Reminders = new ReminderService(this);
    }

    internal LocalEngineOptions Options { get; }

    internal IServiceProvider Services { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal ITurnScheduler Scheduler { get; }

    internal MessageCopier? Copier { get; }

    /// <summary>
    /// Nobody's code runs in the turn that answers it. With a scheduler of the host's, nothing is handed to the thread
    /// pool either: a simulation would lose sight of it.
    /// </summary>
    internal TaskCreationOptions ReplyOptions { get; }

    internal LocalEngineStatistics Statistics { get; }

    internal ReminderService Reminders { get; }

    internal OutstandingCalls Outstanding { get; } = new();

    internal long CallTicks { get; }

    internal long IdleTicks { get; }

    /// <summary>The timestamp of the last sweep: exact enough for time-outs, and free.</summary>
    internal long CoarseNow => Volatile.Read(ref _coarseNow);

    /// <summary>Cancelled when the host will wait no longer.</summary>
    internal CancellationToken StopToken { get; }

    public void Dispose()
    {
        _stopNow.Dispose();
        Reminders.Dispose();
    }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return _catalogue.ClassOf(typeof(TGrainInterface), grainClassNamePrefix).Reference<TGrainInterface>(primaryKey);
    }

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        if (obj is not TGrainObserverInterface)
        {
            throw new ArgumentException($"{obj.GetType()} is no {typeof(TGrainObserverInterface)}.", nameof(obj));
        }

        var create = _observers.GetOrAdd(typeof(TGrainObserverInterface), ProxyEmitter.ForObserver);
        return (TGrainObserverInterface)(object)create(new ObserverMailbox(this, obj));
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        if (obj is not ObserverReference reference)
        {
            throw new ArgumentException("Give the reference that CreateObjectReference returned.", nameof(obj));
        }

        reference.Mailbox.Delete();
    }

    internal IRemindable Remindable(GrainId grain) =>
        _catalogue.ClassNamed(grain.Type).Reference<IRemindable>(grain.Key);

    internal long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Time.TimestampFrequency);

    /// <summary>Whether one more activation may begin; then <see cref="Left"/> follows at its end.</summary>
    internal bool TryEnter()
    {
        if (_isStopping)
        {
            return false;
        }

        Interlocked.Increment(ref _inside);
        return true;
    }

    internal void Left()
    {
        if (Interlocked.Decrement(ref _inside) == 0)
        {
            _empty.TrySetResult();
        }
    }

    internal void Refuse(Request request, Exception exception)
    {
        Outstanding.Remove(request);
        if (!request.Fail(exception) && request.Method.IsOneWay)
        {
            Logger.LogWarning(exception, "One-way call {Method} of {Grain} was lost.", request.Method.Name, request.Target!.GrainId);
        }
    }

    /// <summary>Time-outs, then what is idle or stuck.</summary>
    internal void Sweep()
    {
        var now = Time.GetTimestamp();
        Volatile.Write(ref _coarseNow, now);
        foreach (var request in Outstanding.TakeSentUntil(now - CallTicks))
        {
            Statistics.Faulted();
            request.Fail(new TimeoutException(
                $"{request.Method.Name} of {request.Target!.GrainId} did not answer within {Options.CallTimeout}."));
        }

        if (now < _nextWalk)
        {
            return;
        }

        _nextWalk = now + (Math.Min(CallTicks, IdleTicks) / WalksPerTimeout);
        foreach (var activation in _catalogue.Classes.SelectMany(grain => grain.Activations))
        {
            activation.Sweep(now);
        }
    }

    /// <summary>Ends all activations, and everything else when the token is cancelled.</summary>
    internal async Task Stop(CancellationToken cancellationToken)
    {
        _isStopping = true;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The process is about to end.");
        foreach (var grain in _catalogue.Classes)
        {
            grain.Leave(reason);
        }

        Left();
        try
        {
            await _empty.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await _stopNow.CancelAsync();
            Logger.LogWarning("{Count} grains were not done when the host stopped.", Interlocked.Read(ref _inside));
        }

        foreach (var request in Outstanding.TakeSentUntil(long.MaxValue))
        {
            request.Fail(new EngineStoppedException(
                $"{request.Method.Name} of {request.Target!.GrainId} was not answered: the engine has stopped."));
        }
    }
}
