using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Runs;

/// <summary>The traffic of the others, and how many pairs of runs.</summary>
internal sealed record StalledReaderPlan(TrafficPlan Traffic, int Rounds);

/// <summary>One run with one more member, who reads or does not.</summary>
/// <param name="IsEnded">Whether the server has ended the stalled member's connection.</param>
internal sealed record StalledReaderRound(bool IsStalled, bool IsEnded, TrafficResult Others);

/// <summary>What all runs gave: the p99 of the others, sorted.</summary>
internal sealed record StalledReaderResult(IReadOnlyList<double> P99Without, IReadOnlyList<double> P99With, IReadOnlyList<StalledReaderRound> Rounds)
{
    public double MedianWithout => Median(P99Without);

    public double MedianWith => Median(P99With);

    /// <summary>From the best to the worst of those in which everybody reads.</summary>
    public double Spread => P99Without[^1] - P99Without[0];

    public bool IsWithinSpread => MedianWith - MedianWithout <= Spread;

    private static double Median(IReadOnlyList<double> sorted) => (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
}

/// <summary>A session in which one member stops to read, in turn with the same session in which it reads.</summary>
internal static class StalledReaderRun
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CatchUpMax = TimeSpan.FromSeconds(10);

    public static async Task<Report> Measure(StalledReaderPlan plan, Target target, Progress progress, CancellationToken cancellationToken)
    {
        if (plan is { Rounds: < 2 or > 1_000 } or { Traffic.Users: < 2 })
        {
            throw new InvalidOperationException("There must be between 2 and 1,000 rounds, because one has no spread, and two users or more.");
        }

        progress.Show($"opening a session of {plan.Traffic.Users} users");
        var others = plan.Traffic with { Users = plan.Traffic.Users - 1 };
        await using var ground = await SocketIoGround.Open(others, target, cancellationToken);
        var rounds = new List<StalledReaderRound>();
        for (var round = 0; round < plan.Rounds; round++)
        {
            rounds.Add(await WithOneWhoReads(ground, others, progress, cancellationToken));
            rounds.Add(await WithOneWhoStalls(ground, others, progress, cancellationToken));
        }

        return Say(plan, new StalledReaderResult(P99Of(rounds, static r => !r.IsStalled), P99Of(rounds, static r => r.IsStalled), rounds));
    }

    private static async Task<StalledReaderRound> WithOneWhoReads(SocketIoGround ground, TrafficPlan plan, Progress progress, CancellationToken cancellationToken)
    {
        using var member = await ground.Join(new Meter(), "reads");
        return new StalledReaderRound(false, false, await Traffic.Measure(ground, plan, progress, cancellationToken));
    }

    private static async Task<StalledReaderRound> WithOneWhoStalls(SocketIoGround ground, TrafficPlan plan, Progress progress, CancellationToken cancellationToken)
    {
        var meter = new Meter();
        using var member = await ground.Join(meter, "stalls");
        member.Stall();
        var others = await Traffic.Measure(ground, plan, progress, cancellationToken);
        member.Resume();
        return new StalledReaderRound(true, await IsEnded(meter, others.Sent, cancellationToken), others);
    }

    /// <summary>It reads what is left: up to the last event, or to the end that the server has made.</summary>
    private static async Task<bool> IsEnded(Meter meter, long sent, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (meter.Broken == 0 && meter.Received < sent && Stopwatch.GetElapsedTime(since) < CatchUpMax)
        {
            await Task.Delay(PollPeriod, cancellationToken);
        }

        return meter.Broken > 0;
    }

    private static double[] P99Of(List<StalledReaderRound> rounds, Func<StalledReaderRound, bool> which) =>
        [.. rounds.Where(which).Select(static r => r.Others.LatencyMilliseconds.P99).Order()];

    private static Report Say(StalledReaderPlan plan, StalledReaderResult result)
    {
        var stalled = result.Rounds.Where(static r => r.IsStalled).ToArray();
        var sentences = new List<string>
        {
            $"p99 of the others, median of {plan.Rounds} runs: {Text.Of(result.MedianWithout)} ms when all read, {Text.Of(result.MedianWith)} ms when one has stalled; the runs in which "
                + $"all read differ by {Text.Of(result.Spread)} ms. The difference is {(result.IsWithinSpread ? "within" : "BEYOND")} that spread.",
            $"The server ended the connection of the stalled reader in {stalled.Count(static r => r.IsEnded)} of {stalled.Length} runs.",
        };
        sentences.AddRange(result.Rounds.Where(static r => !r.Others.IsSound).Select(static r =>
            $"NOT SOUND: {r.Others.Lost} lost, {r.Others.BrokenConnections} connections broken. {r.Others.Sentence}"));
        return new Report(
            "stalled reader",
            plan,
            result,
            [
                new Table(
                    "stalled reader",
                    ["one member", "ended", .. TrafficResult.Columns[1..]],
                    [.. result.Rounds.Select(static r => (IReadOnlyList<string>)[r.IsStalled ? "stalls" : "reads", r.IsEnded ? "yes" : "no", .. r.Others.Row()[1..]])]),
            ],
            sentences,
            result.Rounds.All(static r => r.Others.IsSound));
    }
}
