using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Runs;

/// <summary>Which server the sessions run on.</summary>
/// <param name="Program">The server to start; null for the built one.</param>
/// <param name="Address">One that runs already, which is then left alone.</param>
/// <param name="Id">Its process, so that its CPU time can be read.</param>
internal sealed record Target(FileInfo? Program, Uri? Address, int? Id);

/// <summary>Sessions, the floor, or both in turn: A B A B, so that what disturbs the machine disturbs both.</summary>
internal static class TrafficRun
{
    public static async Task<Report> Sessions(TrafficPlan plan, Target target, Progress progress, CancellationToken cancellationToken)
    {
        await using var ground = await OpenSessions(plan, target, progress, cancellationToken);
        return Say("sessions", plan, [await Traffic.Measure(ground, plan, progress, cancellationToken)]);
    }

    public static async Task<Report> Floor(TrafficPlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        await using var ground = await Ground.Floor(plan, program, cancellationToken);
        return Say("floor", plan, [await Traffic.Measure(ground, plan, progress, cancellationToken)]);
    }

    public static async Task<Report> Both(TrafficPlan plan, Target target, int rounds, Progress progress, CancellationToken cancellationToken)
    {
        await using var sessions = await OpenSessions(plan, target, progress, cancellationToken);
        await using var floor = await Ground.Floor(plan, target.Program, cancellationToken);
        var results = new List<TrafficResult>();
        for (var round = 0; round < rounds; round++)
        {
            results.Add(await Traffic.Measure(sessions, plan, progress, cancellationToken));
            results.Add(await Traffic.Measure(floor, plan, progress, cancellationToken));
        }

        return Say("sessions and floor", plan, results);
    }

    private static Task<Ground> OpenSessions(TrafficPlan plan, Target target, Progress progress, CancellationToken cancellationToken)
    {
        progress.Show($"opening {plan.Sessions} sessions of {plan.Users} users");
        return target.Address is { } address
            ? Ground.SessionsAt(plan, address, target.Id, cancellationToken)
            : Ground.Sessions(plan, target.Program, cancellationToken);
    }

    /// <summary>What was asked for, and what should not have been.</summary>
    public static List<string> Sentences(TrafficPlan plan, IReadOnlyList<TrafficResult> results)
    {
        var sentences = new List<string>
        {
            $"{plan.Sessions} sessions of {plan.Users} users, {plan.Rate:0.##} events/s each of {plan.Bytes} bytes, {plan.Pattern}; {plan.Seconds:0.##} s measured after "
                + $"{plan.WarmUpSeconds:0.##} s of warm-up; seed {plan.Seed}. Faults: by the senders' numbers, in brackets by the server's stamps.",
        };
        sentences.AddRange(results.Where(r => !r.IsSound).Select(r =>
            $"NOT SOUND ({r.Server}): {r.Lost} lost, {r.Refused} refused, {r.BrokenConnections} connections broken. {r.Sentence}"));
        sentences.AddRange(results.Where(r => r.SenderLateMilliseconds > 50).Select(r => $"The sender was up to {r.SenderLateMilliseconds:0} ms late ({r.Server})."));
        return sentences;
    }

    private static Report Say(string name, TrafficPlan plan, IReadOnlyList<TrafficResult> results)
    {
        var sums = results.GroupBy(r => r.Server).Select(g => TrafficSum.Of([.. g])).ToArray();
        var ratio = sums.Length == 2 ? Ratio.Of(sums[0], sums[1]) : null;
        var sentences = Sentences(plan, results);
        if (ratio is not null)
        {
            sentences.Add($"Ratio to the floor over {sums[0].Rounds} rounds: CPU per delivery {Text.Of(ratio.CpuPerDelivery)}, p50 {Text.Of(ratio.P50)}, p99 {Text.Of(ratio.P99)}.");
        }

        return new Report(
            name, plan, new { results, sums, ratio }, [new Table(name, TrafficResult.Columns, [.. results.Select(r => r.Row())])], sentences, results.All(r => r.IsSound));
    }
}

/// <summary>How many times as much as the floor.</summary>
internal sealed record Ratio(double? CpuPerDelivery, double P50, double P99)
{
    public static Ratio Of(TrafficSum sessions, TrafficSum floor) => new(
        sessions.ServerCpuMicroseconds / floor.ServerCpuMicroseconds,
        sessions.LatencyMilliseconds.P50 / floor.LatencyMilliseconds.P50,
        sessions.LatencyMilliseconds.P99 / floor.LatencyMilliseconds.P99);
}
