using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Runs;

/// <summary>What one measured part gave.</summary>
/// <param name="DeliveriesAsked">Per second.</param>
/// <param name="DeliveriesReached">Per second, of events that were sent in the measured part.</param>
/// <param name="Lost">Deliveries that were still missing after the drain.</param>
/// <param name="ByNumbers">What the senders' own numbers say; must agree with <paramref name="Lost"/>.</param>
/// <param name="ByStamps">What the server's own places say.</param>
/// <param name="ServerCpuMicroseconds">User and system time of the server per delivery; null when its process is not known.</param>
/// <param name="ServerCores">How many cores the server kept busy.</param>
/// <param name="ClientCores">The same of this program: when the two together reach the machine's, latencies are those of a queue for a core.</param>
/// <param name="SenderLateMilliseconds">How far the sender was behind its own schedule at the worst.</param>
internal sealed record TrafficResult(
    string Server,
    double Seconds,
    long Sent,
    double DeliveriesAsked,
    double DeliveriesReached,
    Latency LatencyMilliseconds,
    Latency WarmUpMilliseconds,
    long Lost,
    FaultCounts ByNumbers,
    FaultCounts ByStamps,
    long Refused,
    long BrokenConnections,
    double? ServerCpuMicroseconds,
    double? ServerCores,
    double ClientCores,
    double SenderLateMilliseconds,
    MemoryFigures ServerMemoryMiB,
    string? Sentence)
{
    /// <summary>The samples behind the latencies, so that rounds can be put together.</summary>
    internal Histogram Latencies { get; init; } = new();

    public bool IsSound => Lost == 0 && Refused == 0 && BrokenConnections == 0 && ByNumbers.IsZero && ByStamps.IsZero;

    public static string[] Columns { get; } =
    [
        "server", "deliveries/s asked", "reached", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "lost", "doubled", "out of order", "server CPU us/delivery", "server cores",
        "client cores", "RSS MiB before/peak/after",
    ];

    public string[] Row() =>
    [
        Server, Text.Of(DeliveriesAsked), Text.Of(DeliveriesReached), Text.Of(LatencyMilliseconds.P50), Text.Of(LatencyMilliseconds.P99), Text.Of(LatencyMilliseconds.P999),
        Text.Of(LatencyMilliseconds.Max), $"{Lost} ({ByStamps.Lost})", $"{ByNumbers.Doubled} ({ByStamps.Doubled})", $"{ByNumbers.OutOfOrder} ({ByStamps.OutOfOrder})",
        Text.Of(ServerCpuMicroseconds), Text.Of(ServerCores), Text.Of(ClientCores), $"{ServerMemoryMiB.Before:0}/{ServerMemoryMiB.Peak:0}/{ServerMemoryMiB.After:0}",
    ];
}

/// <summary>What went wrong in one measured part.</summary>
internal sealed record FaultCounts(long Lost, long Doubled, long OutOfOrder)
{
    public bool IsZero => this is { Lost: 0, Doubled: 0, OutOfOrder: 0 };

    public static FaultCounts Between(Faults before, Faults after) =>
        new(after.Lost - before.Lost, after.Doubled - before.Doubled, after.OutOfOrder - before.OutOfOrder);
}

/// <summary>Resident memory of a server.</summary>
internal sealed record MemoryFigures(double Before, double Peak, double After);

/// <summary>Several measured parts of one server, put together.</summary>
internal sealed record TrafficSum(string Server, int Rounds, Latency LatencyMilliseconds, double? ServerCpuMicroseconds, double DeliveriesReached, long Lost)
{
    public static TrafficSum Of(IReadOnlyList<TrafficResult> rounds)
    {
        var latencies = new Histogram();
        foreach (var round in rounds)
        {
            latencies.Add(round.Latencies);
        }

        return new TrafficSum(
            rounds[0].Server, rounds.Count, latencies.Summary(), rounds.Average(r => r.ServerCpuMicroseconds), rounds.Average(r => r.DeliveriesReached), rounds.Sum(r => r.Lost));
    }
}
