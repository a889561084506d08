using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Hosting;

/// <summary>What is told about the process to those who run it; section "Telemetry" of the configuration.</summary>
public sealed record TelemetryOptions
{
    /// <summary>The address of an OpenTelemetry collector, such as http://localhost:4317. Without it nothing is exported, and nothing is measured for it.</summary>
    public string? Otlp { get; init; }

    /// <summary>How it is spoken to.</summary>
    public TelemetryProtocol Protocol { get; init; } = TelemetryProtocol.Grpc;

    /// <summary>How often measurements are exported, in seconds.</summary>
    [Range(1, 3_600)]
    public int ExportSeconds { get; init; } = 15;

    /// <summary>Of what spans are made.</summary>
    public TraceScope Traces { get; init; } = TraceScope.Off;

    /// <summary>Which part of them is kept, from 0 to 1.</summary>
    [Range(0d, 1d)]
    public double TracesRatio { get; init; } = 1;

    /// <summary>Whether the log is exported as well; the console has it in any case.</summary>
    public bool Logs { get; init; } = true;

    /// <summary>Whether administrators see the dashboard of Microsoft Orleans; with that engine alone.</summary>
    public bool Dashboard { get; init; }

    /// <summary>Whether spans go anywhere.</summary>
    public bool IsTracing => Otlp is not null && Traces != TraceScope.Off;
}

/// <summary>How a collector is spoken to.</summary>
public enum TelemetryProtocol
{
    Grpc,
    HttpProtobuf,
}

/// <summary>Of what spans are made.</summary>
public enum TraceScope
{
    Off,

    /// <summary>Of commands, but for packets and scene events; and of the calls between grains on Microsoft Orleans.</summary>
    Commands,

    /// <summary>Of packets and scene events as well.</summary>
    All,
}
