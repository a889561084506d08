using Microsoft.Extensions.Logging;

namespace Orchestrator.Delivery;

/// <summary>
/// Tells a list what an entry is now, until it is acknowledged. At most one report is under way, so a thousand changes in a burst are a few reports. It belongs
/// to one activation and is used in its turns only.
/// </summary>
/// <param name="report">Makes a report of what is now, and sends it.</param>
public sealed class Reporter(Func<Task> report, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private Task? _reporting;
    private bool _isDue;

    public void Report()
    {
        _isDue = true;
        _reporting ??= Run();
    }

    /// <summary>Waits for the last report. One that cannot be delivered is made up for when the entry is woken.</summary>
    public async Task End(CancellationToken cancellationToken)
    {
        await _ended.CancelAsync();
        await (_reporting ?? Task.CompletedTask).WaitAsync(cancellationToken);
    }

    private async Task Run()
    {
        // Lets the command that caused it reply first: the list is nobody's answer.
        await Task.Yield();
        await ReportAll();
        _reporting = null;
    }

    private async Task ReportAll()
    {
        while (_isDue)
        {
            _isDue = false;
            try
            {
                await report();
            }
            catch (Exception e)
            {
                log.LogWarning(e, "A list did not take a report");
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
