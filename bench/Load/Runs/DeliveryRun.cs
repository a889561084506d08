using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Runs;

/// <summary>Loads to run one after the other on one server, and how often each.</summary>
/// <param name="SettleSeconds">How long every load there is runs before them, without being measured: a server that has just started compiles its code in the background for a minute.</param>
internal sealed record DeliveryPlan(IReadOnlyList<DeliveryLoad> Loads, int Rounds, double SettleSeconds);

/// <summary>What one load gave, all rounds together.</summary>
/// <param name="FrameBytes">Of one delivery on the wire.</param>
/// <param name="CpuRatio">Server CPU per delivery in times of the floor's; null when the server's process is not known.</param>
internal sealed record DeliveryResult(
    string Load, int FrameBytes, TrafficSum Floor, TrafficSum Server, double? CpuRatio, DeliveryGoal Goal, bool IsReached, IReadOnlyList<TrafficResult> Rounds);

/// <summary>Deliveries over Socket.IO and over the raw floor in turn, so that what disturbs the machine disturbs both.</summary>
internal static class DeliveryRun
{
    public static async Task<Report> Measure(DeliveryPlan plan, Target target, Progress progress, CancellationToken cancellationToken)
    {
        await using var started = target.Address is null ? await ServerProcess.Start(ServerPrograms.OrchestratorAsItIs(target.Program), cancellationToken) : null;
        var server = started is null ? target : target with { Address = started.Address, Id = started.Id };
        foreach (var load in plan.SettleSeconds > 0 ? DeliveryLoad.All : [])
        {
            progress.Show($"settling, {load.Letter}");
            var settling = load.Plan with { Seconds = plan.SettleSeconds, WarmUpSeconds = 0 };
            await using var ground = await SocketIoGround.Open(settling, server, cancellationToken);
            await Traffic.Measure(ground, settling, progress, cancellationToken);
        }

        var results = new List<DeliveryResult>();
        foreach (var load in plan.Loads)
        {
            progress.Show($"{load.Letter}: opening {load.Plan.Sessions} sessions of {load.Plan.Users} users");
            results.Add(await Measure(load, plan.Rounds, server, progress, cancellationToken));
        }

        return Say(plan, results);
    }

    private static async Task<DeliveryResult> Measure(DeliveryLoad load, int rounds, Target target, Progress progress, CancellationToken cancellationToken)
    {
        await using var server = await SocketIoGround.Open(load.Plan, target, cancellationToken);
        await using var floor = await RawGround.Open(new RawFloorPlan(load.Plan, server.TextBytes), cancellationToken);
        var results = new List<TrafficResult>();
        for (var round = 0; round < rounds; round++)
        {
            results.Add(await Traffic.Measure(floor, load.Plan, progress, cancellationToken));
            results.Add(await Traffic.Measure(server, load.Plan, progress, cancellationToken));
        }

        var sums = results.GroupBy(static r => r.Server).ToDictionary(static g => g.Key, static g => TrafficSum.Of([.. g]));
        var (ofFloor, ofServer) = (sums[floor.Name], sums[server.Name]);
        return new DeliveryResult(
            load.Letter,
            Wire.Frame.UnmaskedOf(Wire.Frame.Text, new byte[server.TextBytes]).Length + Wire.Frame.UnmaskedOf(Wire.Frame.Binary, new byte[load.Plan.Bytes]).Length,
            ofFloor,
            ofServer,
            Ratio.Of(ofServer, ofFloor).CpuPerDelivery,
            load.Goal,
            load.Goal.IsReachedBy(ofFloor, ofServer),
            results);
    }

    private static Report Say(DeliveryPlan plan, IReadOnlyList<DeliveryResult> results)
    {
        var rounds = results.SelectMany(static r => r.Rounds, static (load, round) => (Load: load, Round: round)).ToArray();
        var sentences = new List<string>
        {
            "CPU is user and system time of a process per delivery, the mean of the rounds; latencies are of all rounds together. The floor writes the same bytes to as many sockets, "
                + "one send() each, and reads nothing. Everything that the server does for a delivery counts, the reading of what is sent to it too.",
        };
        sentences.AddRange(rounds.Where(static r => !r.Round.IsSound).Select(static r =>
            $"NOT SOUND ({r.Load.Load}, {r.Round.Server}): {r.Round.Lost} lost, {r.Round.ByNumbers.Doubled} doubled, {r.Round.ByNumbers.OutOfOrder} out of order, "
                + $"{r.Round.BrokenConnections} connections broken. {r.Round.Sentence}"));
        sentences.AddRange(rounds.Where(static r => r.Round.SenderLateMilliseconds > 50).Select(static r =>
            $"The sender was up to {r.Round.SenderLateMilliseconds:0} ms late ({r.Load.Load}, {r.Round.Server})."));
        return new Report(
            "delivery",
            plan,
            results,
            [Summary(results), new Table("rounds", ["load", .. TrafficResult.Columns], [.. rounds.Select(static r => (IReadOnlyList<string>)[r.Load.Load, .. r.Round.Row()])])],
            sentences,
            rounds.All(static r => r.Round.IsSound));
    }

    private static Table Summary(IReadOnlyList<DeliveryResult> results) => new(
        "delivery",
        ["load", "bytes/delivery", "deliveries/s", "floor us", "server us", "ratio", "at most", "p50 ms", "p99 ms", "at most", "max ms", "lost", "reached"],
        [
            .. results.Select(static r => (IReadOnlyList<string>)
            [
                r.Load, $"{r.FrameBytes}", Text.Of(r.Server.DeliveriesReached), Text.Of(r.Floor.ServerCpuMicroseconds), Text.Of(r.Server.ServerCpuMicroseconds), Text.Of(r.CpuRatio),
                r.Goal.Microseconds is { } us ? $"{r.Goal.FloorTimes} or {us} us" : $"{r.Goal.FloorTimes}", Text.Of(r.Server.LatencyMilliseconds.P50), Text.Of(r.Server.LatencyMilliseconds.P99),
                r.Goal.P99Milliseconds is { } p99 ? $"{p99}" : "-", Text.Of(r.Server.LatencyMilliseconds.Max), $"{r.Server.Lost}", r.IsReached ? "yes" : "no",
            ]),
        ]);
}
