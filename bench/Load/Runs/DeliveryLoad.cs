namespace Orchestrator.Load.Runs;

/// <summary>What a load is to reach. It is shown beside the figures; nothing fails by it.</summary>
/// <param name="FloorTimes">Server CPU per delivery, in times of the floor's.</param>
/// <param name="Microseconds">Or, in its stead, as it is; null for no such choice.</param>
/// <param name="P99Milliseconds">Null for none.</param>
internal sealed record DeliveryGoal(double FloorTimes, double? Microseconds, double? P99Milliseconds)
{
    public bool IsReachedBy(TrafficSum floor, TrafficSum server) =>
        (server.ServerCpuMicroseconds <= FloorTimes * floor.ServerCpuMicroseconds || server.ServerCpuMicroseconds <= Microseconds)
        && (P99Milliseconds is null || server.LatencyMilliseconds.P99 <= P99Milliseconds);
}

/// <summary>A load by its letter.</summary>
internal sealed record DeliveryLoad(string Letter, TrafficPlan Plan, DeliveryGoal Goal)
{
    private const double Seconds = 20;
    private const double WarmUpSeconds = 5;
    private const int Seed = 1;

    /// <summary>All there are. Rates are per session: of a load that all send, the rate of one times the senders.</summary>
    public static IReadOnlyList<DeliveryLoad> All { get; } =
    [
        new("A", Load(4, 50, 100, 200, Pattern.MasterToAll), new(2, null, 5)),
        new("B", Load(4, 50, 400, 200, Pattern.MasterToAll), new(1.5, null, 10)),
        new("C", Load(1, 50, 50 * 60, 200, Pattern.AllToAll), new(0.8, 4, 15)),
        new("D", Load(2, 10, 10 * 150, 1_000, Pattern.Streams), new(1.5, null, 5)),
        new("E", Load(1, 4, 4 * 30, 50_000, Pattern.Streams), new(4, null, null)),
    ];

    /// <summary>Those that were named, with commas between.</summary>
    public static IReadOnlyList<DeliveryLoad> Named(string letters) =>
    [
        .. letters.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(l => All.FirstOrDefault(a => string.Equals(a.Letter, l, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidOperationException($"There is no load '{l}'; there are {string.Join(", ", All.Select(static a => a.Letter))}.")),
    ];

    private static TrafficPlan Load(int sessions, int users, double rate, int bytes, Pattern pattern) => new(sessions, users, rate, bytes, Seconds, WarmUpSeconds, pattern, Seed);
}
