using Orchestrator.Hosting;

namespace Orchestrator.Configuration;

/// <summary>What no range can say of the section "Delivery".</summary>
internal static class DeliverySettings
{
    public static DeliveryOptions Checked(DeliveryOptions options) => options.Driver == DeliveryDriver.Streams && !EngineSetup.HasStreams
        ? throw new ConfigurationException("'Delivery:Driver' is Streams; these are streams of Microsoft Orleans, and this program was built for the engine of one process (Engine=Local).")
        : options;
}
