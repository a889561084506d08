using Microsoft.Extensions.Options;

namespace Orchestrator.Clocks;

/// <summary>
/// The time of the first source that answers. One question is asked for all who want to know, and its outcome, good or bad, is used for a second: however many ask us, we ask
/// a server no more than that.
/// </summary>
public sealed class SharedTime(SntpClient sntp, IOptions<TimeOptions> options, TimeProvider time)
{
    private static readonly TimeSpan UsedFor = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<Outcome>? _last;

    /// <summary>Refusals: <see cref="RefusalCode.TimeUnavailable"/>.</summary>
    public async Task<DateTimeOffset> Read(CancellationToken cancellationToken)
    {
        var outcome = await Current().WaitAsync(cancellationToken);
        return outcome.Reading is { } reading
            ? reading.Utc + time.GetElapsedTime(reading.Timestamp)
            : throw new Refusal(RefusalCode.TimeUnavailable, "Could not get NTP time: no source answers.");
    }

    private Task<Outcome> Current()
    {
        lock (_gate)
        {
            return _last = _last is null || IsOver(_last) ? Ask() : _last;
        }
    }

    private bool IsOver(Task<Outcome> last) => last.IsCompleted && (!last.IsCompletedSuccessfully || time.GetElapsedTime(last.GetAwaiter().GetResult().Timestamp) >= UsedFor);

    private async Task<Outcome> Ask()
    {
        foreach (var source in options.Value.Sources)
        {
            var reading = source.IsLocal ? new TimeReading(time.GetUtcNow(), time.GetTimestamp()) : await sntp.Ask(source, TimeSpan.FromMilliseconds(options.Value.TimeoutMs));
            if (reading is not null)
            {
                return new Outcome(reading, time.GetTimestamp());
            }
        }

        return new Outcome(null, time.GetTimestamp());
    }

    private sealed record Outcome(TimeReading? Reading, long Timestamp);
}
