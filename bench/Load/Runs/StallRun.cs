using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Runs;

/// <summary>The traffic, and how many accounts are registered per second meanwhile. The database stops for the middle third.</summary>
internal sealed record StallPlan(TrafficPlan Traffic, double RegistrationsPerSecond);

/// <summary>Scene events and registrations of one third.</summary>
internal sealed record StallPart(string Part, double DeliveriesReached, Latency LatencyMilliseconds, RegistrationCounts Registrations);

/// <summary>A session, and accounts that are registered, while another process holds the database.</summary>
internal static class StallRun
{
    private static readonly string[] Names = ["before", "stopped", "after"];
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(10);

    public static async Task<Report> Measure(StallPlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        SQLitePCL.Batteries_V2.Init();
        var traffic = plan.Traffic;
        await using var ground = await Ground.Sessions(traffic, program, cancellationToken);
        var third = (long)(traffic.Seconds / 3 * Stopwatch.Frequency);
        var begin = Stopwatch.GetTimestamp() + (long)(traffic.WarmUpSeconds * Stopwatch.Frequency);
        var windows = Names.Select((_, i) => new Window(begin + (i * third), begin + ((i + 1) * third))).ToArray();
        ground.Meter.Measure(windows);
        var pacer = ground.Start(traffic.SendsPerSecond, Stopwatch.GetTimestamp(), windows[^1].Until, cancellationToken);
        using var registrations = new Registrations(ground.Server!.Address, plan.RegistrationsPerSecond);
        var registering = registrations.Run(windows[0].From, windows[^1].Until, cancellationToken);

        await Until(windows[1].From, () => progress.Show($"before: p99 {Text.Of(windows[0].Latencies.Milliseconds(0.99))} ms"), cancellationToken);
        var held = await Hold(ground.Server.Data!, windows, progress, cancellationToken);
        await Until(windows[2].Until, () => progress.Show($"after: p99 {Text.Of(windows[2].Latencies.Milliseconds(0.99))} ms"), cancellationToken);
        await pacer.Done;
        var since = Stopwatch.GetTimestamp();
        while (ground.Meter.Received < pacer.Sent * traffic.Receivers && Stopwatch.GetElapsedTime(since) < DrainMax)
        {
            await Task.Delay(SamplePeriod, cancellationToken);
        }

        await registering;
        var lost = (pacer.Sent * traffic.Receivers) - ground.Meter.Received;
        var parts = windows.Select((w, i) => new StallPart(
            Names[i], w.Latencies.Count / (traffic.Seconds / 3), w.Latencies.Summary(), registrations.Count(w))).ToArray();
        return Say(plan, parts, new StallFacts(held, lost, FaultCounts.Between(default, ground.NumberFaults), FaultCounts.Between(default, ground.StampFaults), ground.Meter.Refusals));
    }

    /// <summary>Stops the database as a backup program, a full disk or a slow volume would: it takes the write lock and keeps it.</summary>
    private static async Task<double> Hold(string data, Window[] windows, Progress progress, CancellationToken cancellationToken)
    {
        var file = Path.Combine(data, "orchestrator.db");
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        await Execute(connection, "PRAGMA busy_timeout=5000");
        await Execute(connection, "BEGIN EXCLUSIVE");
        var since = Stopwatch.GetTimestamp();
        await Until(windows[1].Until, () => progress.Show($"the database is stopped: p99 {Text.Of(windows[1].Latencies.Milliseconds(0.99))} ms"), cancellationToken);
        await Execute(connection, "ROLLBACK");
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static async Task Execute(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task Until(long time, Action show, CancellationToken cancellationToken)
    {
        for (var left = Left(); left > TimeSpan.Zero; left = Left())
        {
            show();
            await Task.Delay(left < SamplePeriod ? left : SamplePeriod, cancellationToken);
        }

        TimeSpan Left() => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);
    }

    private static Report Say(StallPlan plan, StallPart[] parts, StallFacts facts)
    {
        var rows = parts.Select(p => new[]
        {
            p.Part, Text.Of(p.DeliveriesReached), Text.Of(p.LatencyMilliseconds.P50), Text.Of(p.LatencyMilliseconds.P99), Text.Of(p.LatencyMilliseconds.Max),
            $"{p.Registrations.Asked}", $"{p.Registrations.AtOnce}", $"{p.Registrations.AfterAWait}", $"{p.Registrations.Temporary}", $"{p.Registrations.Recovered}",
            $"{p.Registrations.Failed}", Text.Of(p.Registrations.SlowestSeconds),
        });
        return new Report(
            "stall",
            plan,
            new { parts, facts },
            [
                new Table(
                    "stall",
                    [
                        "database", "deliveries/s", "p50 ms", "p99 ms", "max ms", "accounts asked", "at once", "after a wait", "refused as temporary", "of these recovered", "failed",
                        "slowest s",
                    ],
                    [.. rows]),
            ],
            [
                $"The database was held for {facts.HeldSeconds:0.0} s; {facts.Lost} deliveries lost, {facts.Refused} events refused.",
                $"At once: within {Registrations.AtOnceMilliseconds:0} ms. Recovered: the same request with the same key succeeded later.",
            ],
            facts.Lost == 0 && facts.Refused == 0 && facts.ByStamps.IsZero && parts.All(p => p.Registrations is { Failed: 0 } r && r.Recovered == r.Temporary));
    }
}

/// <summary>What holds for the whole run.</summary>
internal sealed record StallFacts(double HeldSeconds, long Lost, FaultCounts ByNumbers, FaultCounts ByStamps, long Refused);
