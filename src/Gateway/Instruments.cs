using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator;

/// <summary>Under which names this program measures and traces itself. What there is stands in docs/telemetry.md.</summary>
public static class Instruments
{
    /// <summary>The meter of all instruments, and the source of the spans of commands.</summary>
    public const string Name = "Orchestrator";

    /// <summary>The source of the spans of packets and scene events: there are many of them, so they are listened to apart.</summary>
    public const string TrafficName = "Orchestrator.Traffic";

    public static ActivitySource Commands { get; } = new(Name);

    public static ActivitySource Traffic { get; } = new(TrafficName);

    /// <summary>The one meter of the process.</summary>
    internal static IServiceCollection AddMeter(this IServiceCollection services) =>
        services.AddMetrics().AddSingleton(static s => s.GetRequiredService<IMeterFactory>().Create(Name));

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new($"orchestrator.{name}", value);
}
