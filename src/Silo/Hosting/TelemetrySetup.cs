using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orchestrator.Api;

namespace Orchestrator.Hosting;

/// <summary>What OpenTelemetry is told to listen to, and where it sends it.</summary>
internal static class TelemetrySetup
{
    // Those of .NET, of the store and of the cluster's engine; one that is not there says nothing. The web server's spans are left out: there would be one for each connection, as long as it lasts.
    private static readonly string[] Meters = [Instruments.Name, "System.Runtime", "Microsoft.AspNetCore.*", "Npgsql", "Microsoft.Orleans"];
    private static readonly string[] Sources = [Instruments.Name, "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime"];

    private static readonly string Instance = new RandomIds().Next();

    public static OpenTelemetrySdk Start(TelemetryOptions options) => OpenTelemetrySdk.Create(telemetry =>
    {
        telemetry.ConfigureResource(Describe);
        telemetry.WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter((exporter, reader) =>
        {
            Address(exporter, options, "v1/metrics");
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = options.ExportSeconds * 1_000;
        }));
        if (options.Traces != TraceScope.Off)
        {
            telemetry.WithTracing(traces => traces
                .AddSource([.. Sources, .. options.Traces == TraceScope.All ? [Instruments.TrafficName] : Array.Empty<string>()])
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TracesRatio)))
                .AddOtlpExporter(exporter => Address(exporter, options, "v1/traces")));
        }

        if (options.Logs)
        {
            // What is logged at all, the filters of the process have decided already.
            telemetry.Services.PostConfigure<LoggerFilterOptions>(static filter => filter.MinLevel = LogLevel.Trace);
            telemetry.WithLogging(
                logs => logs.AddOtlpExporter(exporter => Address(exporter, options, "v1/logs")), static log => log.IncludeFormattedMessage = true);
        }
    });

    /// <summary>OpenTelemetry's own variables (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) count more.</summary>
    private static void Describe(ResourceBuilder resource) => resource
        .Clear()
        .AddService("orchestrator", serviceVersion: SystemCommands.Version.OrchestratorVersion, serviceInstanceId: Instance)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static void Address(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        var address = options.Otlp!;
        (exporter.Protocol, exporter.Endpoint) = options.Protocol == TelemetryProtocol.Grpc
            ? (OtlpExportProtocol.Grpc, new Uri(address))
            : (OtlpExportProtocol.HttpProtobuf, new Uri($"{address.TrimEnd('/')}/{path}"));
    }
}
