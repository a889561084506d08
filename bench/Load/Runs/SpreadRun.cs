using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Runs;

/// <summary>What is asked for.</summary>
/// <param name="Silos">Sizes of clusters; the others are compared with the first.</param>
internal sealed record SpreadPlan(TrafficPlan Traffic, IReadOnlyList<int> Silos, int Rounds)
{
    public const int SilosMax = 10;
}

/// <summary>What one size of cluster gave, all rounds together.</summary>
/// <param name="ToFirst">In times of the first one; null for itself.</param>
internal sealed record SpreadSum(int Silos, TrafficSum Sum, Ratio? ToFirst);

/// <summary>The same sessions on clusters of several sizes in turn, A B C A B C, all of them there all the time, so that what disturbs the machine disturbs all.</summary>
internal static class SpreadRun
{
    public static async Task<Report> Measure(SpreadPlan plan, string postgres, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        var (clusters, grounds) = (new List<SiloProcesses>(), new List<Ground>());
        try
        {
            foreach (var count in plan.Silos)
            {
                progress.Show($"starting {NameOf(count)} and opening {plan.Traffic.Sessions} sessions of {plan.Traffic.Users} users");
                var silos = await SiloProcesses.Start(count, postgres, program, cancellationToken);
                clusters.Add(silos);
                grounds.Add(await Ground.SessionsOver(NameOf(count), plan.Traffic, silos.All, cancellationToken));
            }

            var results = new List<TrafficResult>();
            for (var round = 0; round < plan.Rounds; round++)
            {
                foreach (var ground in grounds)
                {
                    results.Add(await Traffic.Measure(ground, plan.Traffic, progress, cancellationToken));
                }
            }

            return Say(plan, results);
        }
        finally
        {
            foreach (var ground in grounds)
            {
                await ground.DisposeAsync();
            }

            foreach (var silos in clusters)
            {
                await silos.DisposeAsync();
            }
        }
    }

    private static string NameOf(int silos) => silos == 1 ? "1 silo" : $"{silos} silos";

    private static Report Say(SpreadPlan plan, IReadOnlyList<TrafficResult> results)
    {
        TrafficSum[] sums = [.. plan.Silos.Select(n => TrafficSum.Of([.. results.Where(r => r.Server == NameOf(n))]))];
        SpreadSum[] compared = [.. plan.Silos.Select((n, i) => new SpreadSum(n, sums[i], i == 0 ? null : Ratio.Of(sums[i], sums[0])))];
        var sentences = TrafficRun.Sentences(plan.Traffic, results);
        sentences.Add("The members of a session are at the silos in turn, and a session is at any of them.");
        return new Report(
            "spread",
            plan,
            new { results, compared },
            [
                new Table("each round", TrafficResult.Columns, [.. results.Select(static r => r.Row())]),
                new Table(
                    "all rounds, and in times of the first",
                    ["servers", "reached/s", "p50 ms", "p99 ms", "CPU us/delivery", "x CPU", "x p50", "x p99"],
                    [.. compared.Select(static c => Row(c.Sum, c.ToFirst))]),
            ],
            sentences,
            results.All(static r => r.IsSound));
    }

    private static string[] Row(TrafficSum sum, Ratio? ratio) =>
    [
        sum.Server, Text.Of(sum.DeliveriesReached), Text.Of(sum.LatencyMilliseconds.P50), Text.Of(sum.LatencyMilliseconds.P99), Text.Of(sum.ServerCpuMicroseconds),
        Text.Of(ratio is null ? 1 : ratio.CpuPerDelivery), Text.Of(ratio?.P50 ?? 1), Text.Of(ratio?.P99 ?? 1),
    ];
}
