using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Runs;

/// <summary>Sends over a ground, first to warm it up, then to measure.</summary>
internal static class Traffic
{
    private const double BytesPerMiB = 1 << 20;
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(10);

    public static async Task<TrafficResult> Measure(IGround ground, TrafficPlan plan, Progress progress, CancellationToken cancellationToken)
    {
        // A little ahead, so that the first event is not late already.
        var begin = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 20);
        var warmUp = new Window(begin, begin + Ticks(plan.WarmUpSeconds));
        var measured = new Window(warmUp.Until, warmUp.Until + Ticks(plan.Seconds));
        var (meter, received, refused, broken) = (ground.Meter, ground.Meter.Received, ground.Meter.Refusals, ground.Meter.Broken);
        var (numbers, stamps) = (ground.NumberFaults, ground.StampFaults);
        meter.Measure(warmUp, measured);
        var pacer = ground.Start(plan.SendsPerSecond, begin, measured.Until, cancellationToken);

        await Follow(pacer, null, warmUp.Until, () => progress.Show($"{ground.Name}: warm-up, {meter.Received - received:N0} deliveries"), cancellationToken);
        var server = new ProcessWatch(ground.ServerIds);
        var client = new ProcessWatch([Environment.ProcessId]);
        var (since, before) = (Stopwatch.GetTimestamp(), meter.Received);
        await Follow(pacer, server, measured.Until, () => progress.Show(Line(ground, plan, measured, since)), cancellationToken);
        await pacer.Done;
        var (serverCpu, clientCpu, wall) = (server.CpuSeconds, client.CpuSeconds, Stopwatch.GetElapsedTime(since).TotalSeconds);
        // Not those that were sent meanwhile: of a server that is behind, other deliveries were paid for than were asked.
        var delivered = meter.Received - before;

        var expected = pacer.Sent * plan.Receivers;
        await Drain(meter, received + expected, progress, cancellationToken);
        var latencies = measured.Latencies;
        return new TrafficResult(
            ground.Name,
            plan.Seconds,
            pacer.Sent,
            plan.DeliveriesPerSecond,
            latencies.Count / plan.Seconds,
            latencies.Summary(),
            warmUp.Latencies.Summary(),
            Math.Max(0, expected - (meter.Received - received)),
            FaultCounts.Between(numbers, ground.NumberFaults),
            FaultCounts.Between(stamps, ground.StampFaults),
            meter.Refusals - refused,
            meter.Broken - broken,
            ground.ServerIds.Count == 0 || delivered == 0 ? null : serverCpu * 1e6 / delivered,
            ground.ServerIds.Count == 0 ? null : serverCpu / wall,
            clientCpu / wall,
            pacer.LatestMilliseconds,
            new MemoryFigures(server.ResidentBefore / BytesPerMiB, server.ResidentPeak / BytesPerMiB, server.Resident / BytesPerMiB),
            meter.Sentence)
        {
            Latencies = latencies,
        };
    }

    private static string Line(IGround ground, TrafficPlan plan, Window measured, long since)
    {
        var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
        var latencies = measured.Latencies;
        return $"{ground.Name}: {seconds:0} of {plan.Seconds:0} s, {latencies.Count / Math.Max(seconds, 0.1):N0} of {plan.DeliveriesPerSecond:N0} deliveries/s, "
            + $"p50 {Text.Of(latencies.Milliseconds(0.5))} ms, p99 {Text.Of(latencies.Milliseconds(0.99))} ms";
    }

    private static async Task Follow(ISending pacer, ProcessWatch? server, long until, Action show, CancellationToken cancellationToken)
    {
        for (var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until); left > TimeSpan.Zero && !pacer.Done.IsFaulted;)
        {
            server?.Sample();
            show();
            await Task.Delay(left < SamplePeriod ? left : SamplePeriod, cancellationToken);
            left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until);
        }

        server?.Sample();
    }

    /// <summary>As long as anything still comes: what is late is not lost, and must not arrive in the next round.</summary>
    private static async Task Drain(Meter meter, long expected, Progress progress, CancellationToken cancellationToken)
    {
        var (since, received) = (Stopwatch.GetTimestamp(), meter.Received);
        while (meter.Received < expected && Stopwatch.GetElapsedTime(since) < DrainMax)
        {
            if (meter.Received != received)
            {
                (since, received) = (Stopwatch.GetTimestamp(), meter.Received);
            }

            progress.Show("waiting for what is still under way");
            await Task.Delay(SamplePeriod / 5, cancellationToken);
        }
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
