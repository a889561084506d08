using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Orchestrator.Micro;

/// <summary>How long to measure.</summary>
internal enum Effort
{
    Full,
    Smoke,
}

/// <summary>
/// In this process, because projects that BenchmarkDotNet generates would inherit our build properties (artifacts layout, central versions, warnings as errors).
/// Each class has its floor as a baseline: ratios are what to read.
/// </summary>
internal sealed class MicroConfig : ManualConfig
{
    private const int WarmUps = 4;
    private const int Iterations = 8;
    private const int IterationMilliseconds = 250;

    public MicroConfig(Effort effort)
    {
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
        AddJob(effort == Effort.Smoke
            ? job.WithStrategy(BenchmarkDotNet.Engines.RunStrategy.ColdStart).WithWarmupCount(0).WithIterationCount(1).WithInvocationCount(1).WithUnrollFactor(1)
            : job.WithWarmupCount(WarmUps).WithIterationCount(Iterations).WithIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(IterationMilliseconds)));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub, JsonExporter.Brief);
        WithOptions(ConfigOptions.DisableLogFile);
    }
}
