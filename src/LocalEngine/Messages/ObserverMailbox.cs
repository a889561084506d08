using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine;

/// <summary>The queue of one observer: its calls run in order, one after the other, as many as there are in one go.</summary>
internal sealed class ObserverMailbox(Engine engine, IGrainObserver observer) : Mailbox(engine.Scheduler)
{
    private volatile IGrainObserver? _observer = observer;
    private HeldRequests _held;
    private Request? _running;

    internal Engine Engine => engine;

    internal void Post(Request request)
    {
        if (_observer is null)
        {
            LogGone(request);
            return;
        }

        TryPost(request);
    }

    internal void Delete() => _observer = null;

    protected override WorkItem? TakeHeld() => _running is null ? _held.Take() : null;

    protected override void TurnsTaken(int turns, int waiting) =>
        engine.Statistics.TurnsTaken(turns, waiting + _held.Count);

    protected override void Run(WorkItem item)
    {
        if (item is Continuation rest)
        {
            RunRest(rest);
            return;
        }

        var request = (Request)item;
        if (_running is null)
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
        if (_observer is not { } observer)
        {
            LogGone(request);
            return;
        }

        engine.Statistics.CallStarted();
        try
        {
            var task = request.Invoke(observer);
            if (!task.IsCompletedSuccessfully)
            {
                _running = request;
                _ = Finish(request, task);
            }
        }
        catch (Exception exception)
        {
            LogFault(exception, request);
        }
    }

    private async Task Finish(Request request, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            LogFault(exception, request);
        }

        _running = null;
    }

    private void RunRest(Continuation rest)
    {
        try
        {
            rest.Run();
        }
        catch (Exception exception)
        {
            // Only an async void method can get here.
            engine.Logger.LogError(exception, "Something that an observer did not await failed.");
        }
    }

    private void LogFault(Exception exception, Request request)
    {
        engine.Statistics.Faulted();
        engine.Logger.LogWarning(exception, "Observer call {Method} failed.", request.Method.Name);
    }

    private void LogGone(Request request) =>
        engine.Logger.LogDebug("Observer call {Method} came after its observer was deleted.", request.Method.Name);
}
