using System.Threading.RateLimiting;

namespace Orchestrator.Security;

/// <summary>How many passwords one address may try in a minute over the hub; over HTTP the same number counts by itself.</summary>
public sealed class PasswordRate(Limits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address => PartitionFor(address, limits));

    /// <summary>Refusals: <see cref="RefusalCode.TooManyRequests"/>.</summary>
    public void Demand(string address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        if (!lease.IsAcquired)
        {
            throw new Refusal(RefusalCode.TooManyRequests, "Too many logins from this address; try again later.");
        }
    }

    public void Dispose() => _limiter.Dispose();

    /// <summary>The limit of one address.</summary>
    public static RateLimitPartition<string> PartitionFor(string address, Limits limits) => limits.AccountRequestsPerMinute == 0
        ? RateLimitPartition.GetNoLimiter("")
        : RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = limits.AccountRequestsPerMinute,
            Window = TimeSpan.FromMinutes(1),
        });
}
