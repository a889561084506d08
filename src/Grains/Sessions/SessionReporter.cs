using Microsoft.Extensions.Logging;

namespace Orchestrator.Sessions;

/// <summary>
/// Tells the list of sessions what a session is now, until it is acknowledged. At most one report is under way, so a thousand joins
/// in a burst are a few reports. It belongs to one activation and is used in its turns only.
/// </summary>
public sealed class SessionReporter(ISessionDirectoryGrain directory, Func<SessionReport> current, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private Task _reporting = Task.CompletedTask;
    private bool _isDue;

    public void Report()
    {
        _isDue = true;
        if (_reporting.IsCompleted)
        {
            _reporting = Run();
        }
    }

    /// <summary>Waits for the last report. One that cannot be delivered is made up for when the session is woken.</summary>
    public async Task End(CancellationToken cancellationToken)
    {
        await _ended.CancelAsync();
        await _reporting.WaitAsync(cancellationToken);
    }

    private async Task Run()
    {
        // Lets the command that caused it reply first: the list is nobody's answer.
        await Task.Yield();
        while (_isDue)
        {
            _isDue = false;
            try
            {
                await directory.Report(current());
            }
            catch (Exception e)
            {
                log.LogWarning(e, "The list of sessions did not take a report");
                _isDue = true;
                if (_ended.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(Retry, time, _ended.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }
}
