using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orchestrator.Api;

/// <summary>Measures and traces commands: their name, how long they took, and what came of them; never what is in them. While nobody listens a command costs a look at two flags.</summary>
public sealed class CommandMeter(Meter meter, TimeProvider time)
{
    private const string Ok = "ok";

    private static readonly FrozenDictionary<RefusalCode, string> Refused = Enum.GetValues<RefusalCode>().ToFrozenDictionary(code => code, Replies.NameOf);

    private readonly Histogram<double> _duration = meter.CreateHistogram(
        "orchestrator.command.duration",
        "s",
        "Commands by name and outcome: ok, or the code of the refusal.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });

    /// <summary>Runs it, and watches it if somebody wants to know.</summary>
    public Task<T> Watched<T>(Command command, Func<Task<T>> run) => _duration.Enabled || command.Traces.HasListeners() ? Watch(command, run) : run();

    private async Task<T> Watch<T>(Command command, Func<Task<T>> run)
    {
        var began = time.GetTimestamp();
        using var span = command.Traces.StartActivity(command.Name, ActivityKind.Server);
        var outcome = Ok;
        try
        {
            return await run();
        }
        catch (Exception e)
        {
            outcome = Refused[CommandRunner.CodeOf(e)];
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            var tag = Instruments.Tag("outcome", outcome);
            span?.SetTag(tag.Key, tag.Value);
            _duration.Record(time.GetElapsedTime(began).TotalSeconds, Instruments.Tag("command", command.Name), tag);
        }
    }
}
