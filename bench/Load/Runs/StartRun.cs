using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>How often to start, and how many connections to leave idle.</summary>
internal sealed record StartPlan(int Starts, int Idle, double IdleSeconds)
{
    public StartPlan Smoke() => new(1, Math.Min(Idle, 20), 0.5);
}

/// <summary>What it gave. A start is from the making of the process to the reply of the first login, on a fresh data directory.</summary>
internal sealed record StartResult(
    IReadOnlyList<double> StartMilliseconds, double MedianMilliseconds, IReadOnlyList<double> ListeningMilliseconds, double IdleMiB, double IdleWithConnectionsMiB, double BytesPerConnection);

/// <summary>Starts the server, again and again.</summary>
internal static class StartRun
{
    private const double BytesPerMiB = 1 << 20;
    private const int OpenTogether = 16;

    public static async Task<Report> Measure(StartPlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        if (plan is { Starts: < 1 or > 1_000 } or { Idle: < 1 or > TrafficPlan.UsersMax })
        {
            throw new InvalidOperationException("There must be between 1 and 1,000 starts, and between 1 and 10,000 idle connections.");
        }

        var (starts, listening) = (new List<double>(), new List<double>());
        for (var i = 0; i < plan.Starts; i++)
        {
            progress.Show($"start {i + 1} of {plan.Starts}");
            var (toListen, toLogin) = await Start(program, cancellationToken);
            listening.Add(toListen);
            starts.Add(toLogin);
        }

        var (none, some) = await Idle(plan, program, progress, cancellationToken);
        var median = starts.Order().ElementAt(starts.Count / 2);
        var result = new StartResult(starts, median, listening, none / BytesPerMiB, some / BytesPerMiB, (some - none) / (double)plan.Idle);
        return Say(plan, result);
    }

    private static async Task<(double ToListen, double ToLogin)> Start(FileInfo? program, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.Start(ServerPrograms.Orchestrator(program), cancellationToken);
        var toListen = Stopwatch.GetElapsedTime(server.StartedAt).TotalMilliseconds;
        using var reactor = new Reactor();
        using var member = await Member.OpenHub(new Uri(server.Address, "/hub"), reactor, new Meter(), "first", 1);
        return (toListen, Stopwatch.GetElapsedTime(server.StartedAt).TotalMilliseconds);
    }

    private static async Task<(long None, long Some)> Idle(StartPlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.Start(ServerPrograms.Orchestrator(program), cancellationToken);
        progress.Show("idle without connections");
        await Task.Delay(TimeSpan.FromSeconds(plan.IdleSeconds), cancellationToken);
        var none = ProcessFigures.ResidentBytes(server.Id);
        using var reactor = new Reactor();
        var members = new Member[plan.Idle];
        try
        {
            progress.Show($"opening {plan.Idle} connections");
            await Parallel.ForEachAsync(
                Enumerable.Range(0, plan.Idle),
                new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken },
                async (i, _) => members[i] = await Member.OpenHub(new Uri(server.Address, "/hub"), reactor, new Meter(), $"idle-{i}", 1));
            await Task.Delay(TimeSpan.FromSeconds(plan.IdleSeconds), cancellationToken);
            return (none, ProcessFigures.ResidentBytes(server.Id));
        }
        finally
        {
            foreach (var member in members)
            {
                member?.Dispose();
            }
        }
    }

    private static Report Say(StartPlan plan, StartResult result) => new(
        "start",
        plan,
        result,
        [
            new Table(
                "start",
                ["", "listening ms", "first login ms"],
                [.. result.StartMilliseconds.Select((s, i) => new[] { $"start {i + 1}", Text.Of(result.ListeningMilliseconds[i]), Text.Of(s) })]),
        ],
        [
            $"The first login was answered after {result.MedianMilliseconds:0} ms (median of {plan.Starts} starts on fresh data directories).",
            $"Idle: {result.IdleMiB:0} MiB without a connection, {result.IdleWithConnectionsMiB:0} MiB with {plan.Idle} that are logged in: "
                + $"{result.BytesPerConnection:N0} bytes per connection. Part of it is garbage of the logins that nothing has made the runtime collect.",
        ],
        IsSound: true);
}
