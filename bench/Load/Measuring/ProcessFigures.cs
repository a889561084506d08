using System.Globalization;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Measuring;

/// <summary>What Linux says about a process.</summary>
internal static class ProcessFigures
{
    /// <summary>User and system time so far; zero when the process is not there. By its clock, because /proc says it in hundredths of a second only.</summary>
    public static double CpuSeconds(int? process) => process is { } id ? Native.CpuNanoseconds(id) / 1e9 : 0;

    /// <summary>Resident memory now.</summary>
    public static long ResidentBytes(int process) =>
        Read(process, "statm") is { } statm ? Number(statm.Split(' ')[1]) * Environment.SystemPageSize : 0;

    private static string? Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Follows processes over a part of a run; figures are sums.</summary>
internal sealed class ProcessWatch(IReadOnlyList<int> processes)
{
    private readonly double _cpuBefore = processes.Sum(static p => ProcessFigures.CpuSeconds(p));

    public long ResidentBefore { get; } = processes.Sum(ProcessFigures.ResidentBytes);

    public long ResidentPeak { get; private set; }

    public double CpuSeconds => processes.Sum(static p => ProcessFigures.CpuSeconds(p)) - _cpuBefore;

    public long Resident => processes.Sum(ProcessFigures.ResidentBytes);

    public void Sample() => ResidentPeak = Math.Max(ResidentPeak, Resident);
}
