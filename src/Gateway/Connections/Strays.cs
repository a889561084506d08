using Microsoft.Extensions.Logging;

namespace Orchestrator.Connections;

/// <summary>
/// Requests that came here and belong to a connection at another gateway: that one has ended, or a proxy does not keep each client on one gateway, and then nobody can poll. Each is told at the level
/// Debug, and at most once a minute a warning says how many they were.
/// </summary>
public sealed partial class Strays(GatewayTag gateway, TimeProvider time, ILogger<Strays> log)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _warnedAt;
    private long _count;

    /// <summary>One has come, and is refused by whoever noticed.</summary>
    public void Came(string what, string whose)
    {
        LogCame(what, whose, gateway.Text);
        lock (_gate)
        {
            _count++;
            if (_warnedAt is { } warnedAt && time.GetElapsedTime(warnedAt) < Period)
            {
                return;
            }

            LogSum(_count, whose, gateway.Text);
            (_warnedAt, _count) = (time.GetTimestamp(), 0);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "{What} belongs to gateway {Whose} and came to {Gateway}: affinity is missing, or {Whose} has ended")]
    private partial void LogCame(string what, string whose, string gateway);

    [LoggerMessage(2, LogLevel.Warning, "{Count} requests since the last warning belong to other gateways, the last one to {Whose}, and came to {Gateway}: a proxy does not keep clients on one gateway, or {Whose} has ended")]
    private partial void LogSum(long count, string whose, string gateway);
}
