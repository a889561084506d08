namespace Orchestrator.Storage.Postgres;

/// <summary>
/// Work that can be left. The driver asks the server to cancel a statement and waits, on the thread that cancels, until the
/// server has heard; one that is stopped or swallows everything never has. So whoever is out of time goes on at once, and
/// the driver is told on a thread that may hang.
/// </summary>
internal static class Leaving
{
    /// <summary>The result of the work, or the end of the time.</summary>
    public static async Task<T> OrLeaveAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ended)
    {
        ended.ThrowIfCancellationRequested();
        var left = new CancellationTokenSource();
        var running = work(left.Token);
        try
        {
            return await running.WaitAsync(ended);
        }
        finally
        {
            _ = TidyAsync(running, left);
        }
    }

    /// <summary>Owned by nobody: it ends with the work, and nothing depends on when.</summary>
    private static async Task TidyAsync(Task running, CancellationTokenSource left)
    {
        if (!running.IsCompleted)
        {
            await left.CancelAsync();
        }
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        left.Dispose();
    }
}
