using System.Diagnostics;

namespace Orchestrator.Mechanisms;

/// <summary>How long the parts of a run take.</summary>
internal sealed record Effort(TimeSpan WarmUp, TimeSpan Paced, TimeSpan Saturated, TimeSpan Idle)
{
    public static Effort Full { get; } = new(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10));

    /// <summary>Shows that everything works.</summary>
    public static Effort Smoke { get; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
}

/// <summary>One mechanism with one size of packets.</summary>
/// <param name="P50">In milliseconds, at 60 packets per second.</param>
/// <param name="P99">In milliseconds, at 60 packets per second.</param>
/// <param name="PerSecond">Deliveries when as many are sent as go.</param>
/// <param name="Lost">Deliveries of both parts that never came.</param>
/// <param name="Refused">Packets that the mechanism did not take, in both parts.</param>
internal sealed record Figures(int Bytes, double P50, double P99, double PerSecond, long Lost, long Refused);

/// <summary>Measures one mechanism on one or two silos.</summary>
internal sealed class Measurement(Mechanism mechanism, int silos, Effort effort)
{
    private const int PerSecond = 60;
    private const double TicksPerMillisecond = TimeSpan.TicksPerMillisecond;
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromSeconds(30);

    /// <summary>The producer is in this process; with two silos all receivers are in the other one.</summary>
    public async Task<IReadOnlyList<Figures>> Run(params IReadOnlyList<int> sizes)
    {
        var port = Node.FreePort();
        await using var node = await Node.Start(mechanism, port, port);
        await node.Producer.Use(mechanism);
        await using var second = silos == 2 ? await ChildNode.Start("receive", mechanism, Node.FreePort(), port) : null;
        if (second is null)
        {
            await node.Receive(mechanism);
        }

        var figures = new List<Figures>();
        foreach (var bytes in sizes)
        {
            figures.Add(await Measure(node, bytes));
        }

        return figures;
    }

    /// <summary>The processor time of a silo that does nothing, as a part of one core.</summary>
    public static async Task<double> Idle(Mechanism mechanism, Effort effort)
    {
        var port = Node.FreePort();
        await using var node = await ChildNode.Start("idle", mechanism, port, port);
        await Task.Delay(effort.Idle / 2);
        var (before, start) = (node.Cpu, Stopwatch.GetTimestamp());
        await Task.Delay(effort.Idle);
        return (node.Cpu - before) / Stopwatch.GetElapsedTime(start);
    }

    private async Task<Figures> Measure(Node node, int bytes)
    {
        await node.Producer.Send(new Load(bytes, PerSecond: null, effort.WarmUp));
        await Settled(node);
        await node.Results.Keep();
        var (paced, pacedLost) = await Sent(node, new Load(bytes, PerSecond, effort.Paced));
        var latencies = await node.Results.Latencies();
        Array.Sort(latencies);
        var (saturated, saturatedLost) = await Sent(node, new Load(bytes, PerSecond: null, effort.Saturated));
        return new Figures(
            bytes, At(latencies, 0.5), At(latencies, 0.99), saturated.Arrived / saturated.Time.TotalSeconds, pacedLost + saturatedLost, paced.Refused + saturated.Refused);
    }

    private static async Task<(Sent Sent, long Lost)> Sent(Node node, Load load)
    {
        var before = await node.Results.Count();
        // What was counted up to now is no answer to this part.
        await node.Producer.Arrived(before);
        var sent = await node.Producer.Send(load);
        return (sent, (sent.Packets * Receiving.Receivers) - (await Settled(node) - before));
    }

    /// <summary>Waits until nothing comes any more, and says how many deliveries there were in all.</summary>
    private static async Task<long> Settled(Node node)
    {
        var (count, since) = (-1L, Stopwatch.GetTimestamp());
        for (var before = -2L; count != before && Stopwatch.GetElapsedTime(since) < ArrivalMax;)
        {
            await Task.Delay(500);
            (before, count) = (count, await node.Results.Count());
        }

        return count;
    }

    private static double At(int[] sorted, double part) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(part * sorted.Length) - 1] / TicksPerMillisecond;
}
