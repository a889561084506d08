using System.Diagnostics;

namespace Orchestrator.Mechanisms;

/// <summary>What is printed, as Markdown.</summary>
internal static class Table
{
    /// <summary>All mechanisms, each in a process of its own, so that none runs on code that another has made warm.</summary>
    public static async Task<int> Print(int silos, string[] args)
    {
        Console.WriteLine("| mechanism | silos | bytes | p50 ms | p99 ms | saturated deliveries/s | lost | refused |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        var failed = 0;
        foreach (var mechanism in Enum.GetValues<Mechanism>().Where(static m => m != Mechanism.None))
        {
            using var run = Process.Start(new ProcessStartInfo(
                Environment.ProcessPath!, ["run", mechanism.ToString(), FormattableString.Invariant($"{silos}"), .. args.Where(static a => a == "--smoke")]))!;
            await run.WaitForExitAsync();
            failed |= run.ExitCode;
        }

        return failed;
    }

    public static async Task PrintIdle(Effort effort)
    {
        Console.WriteLine("| an idle silo with | % of a core |");
        Console.WriteLine("|---|---|");
        foreach (var mechanism in new[] { Mechanism.None, Mechanism.Streams100, Mechanism.Streams10, Mechanism.Streams1 })
        {
            Console.WriteLine(FormattableString.Invariant($"| {MechanismSetup.NameOf(mechanism)} | {await Measurement.Idle(mechanism, effort) * 100:0.0} |"));
        }
    }

    public static string Row(Mechanism mechanism, int silos, Figures figures) => FormattableString.Invariant(
        $"| {MechanismSetup.NameOf(mechanism)} | {silos} | {figures.Bytes} | {figures.P50:0.00} | {figures.P99:0.00} | {figures.PerSecond:#,0} | {figures.Lost} | {figures.Refused} |");
}
