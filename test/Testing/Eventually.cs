namespace Orchestrator.Testing;

/// <summary>Waits for what will be true soon, and says why it is not.</summary>
internal static class Polling
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    /// <summary>Returns once the check finds no reason against it any more; fails with the last reason.</summary>
    public static Task Eventually(Func<string?> reasonOrNull, TimeSpan? patience = null) => Eventually(() => Task.FromResult(reasonOrNull()), patience);

    /// <inheritdoc cref="Eventually(Func{string?}, TimeSpan?)"/>
    public static async Task Eventually(Func<Task<string?>> reasonOrNull, TimeSpan? patience = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var steps = new PeriodicTimer(Step);
        while (await reasonOrNull() is { } reason)
        {
            if (TimeProvider.System.GetElapsedTime(started) > (patience ?? Patience))
            {
                throw new TimeoutException($"Still not so after {(patience ?? Patience).TotalSeconds} s: {reason}");
            }

            await steps.WaitForNextTickAsync();
        }
    }
}
