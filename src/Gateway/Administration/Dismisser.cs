using Microsoft.Extensions.Logging;
using Orchestrator.Users;

namespace Orchestrator.Administration;

/// <summary>Ends connections of users, wherever they are. What does not succeed at once goes on by itself for a while, since what it follows from has already happened.</summary>
public sealed class Dismisser(IGrainFactory grains, TimeProvider time, ILogger<Dismisser> log)
{
    private const int TriesMax = 10;
    private const int AtOnceMax = 64;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task Dismiss(UserId user, DismissReason reason)
    {
        try
        {
            await User(user).Dismiss(reason);
        }
        catch (Exception e)
        {
            log.LogWarning(e, "{User} could not be dismissed yet", user);
            _ = TryAgain(user, reason);
        }
    }

    public Task Dismiss(IEnumerable<UserId> users, DismissReason reason) => Parallel.ForEachAsync(
        users, new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax }, async (user, _) => await Dismiss(user, reason));

    private async Task TryAgain(UserId user, DismissReason reason)
    {
        for (var tries = 2; ; tries++)
        {
            await Task.Delay(RetryAfter, time);
            try
            {
                await User(user).Dismiss(reason);
                return;
            }
            catch (Exception e)
            {
                log.LogWarning(e, "{User} could not be dismissed, try {Try}", user, tries);
                if (tries == TriesMax)
                {
                    return;
                }
            }
        }
    }

    private IUserGrain User(UserId user) => grains.GetGrain<IUserGrain>(user.Value);
}
