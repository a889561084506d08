using Orchestrator.Hosting;

namespace Orchestrator.Configuration;

/// <summary>What no range can say of the section "Telemetry".</summary>
internal static class TelemetrySettings
{
    public static TelemetryOptions Checked(TelemetryOptions options)
    {
        if (options.Dashboard && !EngineSetup.HasDashboard)
        {
            throw new ConfigurationException("'Telemetry:Dashboard' is on; the dashboard is one of Microsoft Orleans, and this program was built for the engine of one process (Engine=Local).");
        }

        if (string.IsNullOrWhiteSpace(options.Otlp))
        {
            return options with { Otlp = null };
        }

        return Uri.TryCreate(options.Otlp, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? options
            : throw new ConfigurationException($"'Telemetry:Otlp' is '{options.Otlp}'; it is the address of a collector, such as http://localhost:4317.");
    }
}
