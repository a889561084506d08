using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Administration;

/// <summary>
/// How many attempts of those without the right are in the log: of each address the first ones of a minute, and at its end one line that counts the rest. A client that is refused as fast as it can ask does not fill a disk.
/// </summary>
public sealed class RefusedAttempts : IDisposable
{
    /// <summary>Attempts of one address that are told one by one, in a minute.</summary>
    public const int ToldMax = 20;

    /// <summary>Addresses that are told apart in a minute; all others count as one.</summary>
    public const int AddressesMax = 100;

    private const string Others = "other addresses";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ILogger _log;
    private readonly ITimer _timer;

    public RefusedAttempts(TimeProvider time, ILoggerFactory logs)
    {
        _log = logs.CreateLogger(Audit.Category);
        _timer = time.CreateTimer(static attempts => ((RefusedAttempts)attempts!).TellTheRest(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts one. Gives whether it is to be told by itself.</summary>
    public bool Count(string address)
    {
        lock (_gate)
        {
            if (_counts.Count == 0)
            {
                _timer.Change(Period, Timeout.InfiniteTimeSpan);
            }

            var who = _counts.ContainsKey(address) || _counts.Count < AddressesMax ? address : Others;
            return ++CollectionsMarshal.GetValueRefOrAddDefault(_counts, who, out _) <= ToldMax;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void TellTheRest()
    {
        KeyValuePair<string, long>[] counted;
        lock (_gate)
        {
            counted = [.. _counts];
            _counts.Clear();
        }

        foreach (var (who, count) in counted.Where(static c => c.Value > ToldMax))
        {
            _log.LogInformation("{Count} more attempts from {Address} were refused within a minute", count - ToldMax, who);
        }
    }
}
