using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Orchestrator.Hosting;

/// <summary>Sends measurements, spans and the log to a collector, if the configuration names one. A collector that is away costs them, and nothing else.</summary>
internal sealed class Telemetry : IDisposable
{
    // All the same for each of the three: a collector that does not answer must not hold up the end.
    private const int FarewellMilliseconds = 1_000;

    private readonly OpenTelemetrySdk? _sdk;
    private readonly ILoggerFactory? _logs;

    public Telemetry(TelemetryOptions options)
    {
        if (options.Otlp is not null)
        {
            _sdk = TelemetrySetup.Start(options);
            _logs = options.Logs ? _sdk.GetLoggerFactory() : null;
        }
    }

    /// <summary>Lets the log go there too.</summary>
    public void AddLog(ILoggingBuilder logging)
    {
        if (_logs is not null)
        {
            logging.AddProvider(new Log(_logs));
        }
    }

    /// <summary>Sends what was measured last; what is measured ends with the services that it is about.</summary>
    public void Flush() => _sdk?.MeterProvider.ForceFlush(FarewellMilliseconds);

    public void Dispose()
    {
        _sdk?.MeterProvider.Shutdown(FarewellMilliseconds);
        _sdk?.TracerProvider.Shutdown(FarewellMilliseconds);
        _sdk?.LoggerProvider.Shutdown(FarewellMilliseconds);
        _sdk?.Dispose();
    }

    /// <summary>The same exporter for every part of the process that logs; it ends last.</summary>
    [ProviderAlias("OpenTelemetry")]
    private sealed class Log(ILoggerFactory logs) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logs.CreateLogger(categoryName);

        public void Dispose()
        {
            // Others may still log.
        }
    }
}
