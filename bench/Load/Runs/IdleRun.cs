using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>How many connections to leave idle.</summary>
/// <param name="First">Opened before the counting begins: they pay what is paid once.</param>
internal sealed record IdlePlan(int Connections, int First, double Seconds, int Rounds)
{
    public IdlePlan Smoke() => this with { Connections = Math.Min(Connections, 20), First = Math.Min(First, 5), Seconds = 0.5, Rounds = 1 };
}

/// <summary>Resident memory of one server in one round.</summary>
internal sealed record IdleResult(string Server, double BeforeMiB, double AfterMiB, double BytesPerConnection, double CpuPercent, long Broken)
{
    public IReadOnlyList<string> Row() => [Server, Text.Of(BeforeMiB), Text.Of(AfterMiB), $"{BytesPerConnection:N0}", Text.Of(CpuPercent), $"{Broken}"];
}

/// <summary>What an idle connection costs that is logged in over Socket.IO, in turn with a bare WebSocket.</summary>
internal static class IdleRun
{
    private const double BytesPerMiB = 1 << 20;
    private const double BytesAllowed = 6 * 1_024;
    private const int OpenTogether = 16;
    private const int ConnectionsMax = 20_000;

    public static async Task<Report> Measure(IdlePlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        if (plan is { Connections: < 1 or > ConnectionsMax } or { First: < 0 or > ConnectionsMax } or { Rounds: < 1 or > 100 } or { Seconds: <= 0 or > TrafficPlan.SecondsMax })
        {
            throw new InvalidOperationException($"There must be between 1 and {ConnectionsMax} connections, and between 1 and 100 rounds of at most an hour.");
        }

        var results = new List<IdleResult>();
        for (var round = 0; round < plan.Rounds; round++)
        {
            results.Add(await Measure("bare WebSocket", ServerPrograms.Floor(program), OpenBare, plan, progress, cancellationToken));
            results.Add(await Measure("orchestrator", ServerPrograms.OrchestratorAsItIs(program), OpenUser, plan, progress, cancellationToken));
        }

        return Say(plan, results);
    }

    private static Task<IDisposable> OpenBare(Uri server, Reactor reactor, Meter meter, int number) =>
        Task.FromResult<IDisposable>(new RawReceiver(new Uri(server, FloorServer.IdlePath), reactor, Expecting(meter)));

    private static async Task<IDisposable> OpenUser(Uri server, Reactor reactor, Meter meter, int number) =>
        await SocketIoMember.Open(server, reactor, Expecting(meter), $"idle-{number}");

    private static Expected Expecting(Meter meter) => new(meter, 1, PacketStamp.BytesMin);

    private static async Task<IdleResult> Measure(
        string name, ServerStart start, Func<Uri, Reactor, Meter, int, Task<IDisposable>> open, IdlePlan plan, Progress progress, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.Start(start, cancellationToken);
        using var reactor = new Reactor();
        var meter = new Meter();
        var connections = new IDisposable?[plan.First + plan.Connections];
        try
        {
            await Open(0, plan.First);
            var before = ProcessFigures.ResidentBytes(server.Id);
            await Open(plan.First, plan.Connections);
            var cpu = new ProcessWatch([server.Id]);
            await Task.Delay(TimeSpan.FromSeconds(plan.Seconds), cancellationToken);
            var after = ProcessFigures.ResidentBytes(server.Id);
            return new IdleResult(
                name, before / BytesPerMiB, after / BytesPerMiB, (after - before) / (double)plan.Connections, 100 * cpu.CpuSeconds / plan.Seconds, meter.Broken);
        }
        finally
        {
            foreach (var connection in connections)
            {
                connection?.Dispose();
            }
        }

        async Task Open(int from, int count)
        {
            progress.Show($"{name}: opening {count} connections");
            await Parallel.ForEachAsync(
                Enumerable.Range(from, count),
                new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken },
                async (i, _) => connections[i] = await open(server.Address, reactor, meter, i));
            await Task.Delay(TimeSpan.FromSeconds(plan.Seconds), cancellationToken);
        }
    }

    private static Report Say(IdlePlan plan, List<IdleResult> results)
    {
        var means = results.GroupBy(static r => r.Server).Select(static g => g.Average(static r => r.BytesPerConnection)).ToArray();
        return new Report(
            "idle",
            plan,
            new { results, bare = means[0], orchestrator = means[1] },
            [new Table("idle", ["server", "RSS MiB before", "after", "bytes/connection", "CPU % while idle", "broken"], [.. results.Select(static r => r.Row())])],
            [
                $"{plan.Connections} connections after {plan.First} others: {means[1]:N0} bytes each that are logged in, {means[0]:N0} of a bare WebSocket; the difference is "
                    + $"{means[1] - means[0]:N0} and is to be at most {BytesAllowed:N0}. What the runtime has not collected yet is in both.",
            ],
            results.All(static r => r.Broken == 0));
    }
}
