#if !ENGINE_ORLEANS
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Cluster;
using Orchestrator.Configuration;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The engine of one process.</summary>
[SuppressMessage("Style", "IDE0060", Justification = "The other engine has a use for it.")]
public static class EngineSetup
{
    /// <summary>What runs the grains, for the operator.</summary>
    public static string Name(ClusterOptions? cluster) => "Local (one process)";

    public static bool HasDashboard => false;

    public static bool HasStreams => false;

    /// <summary>Refuses: this engine has no cluster.</summary>
    /// <exception cref="ConfigurationException">Always.</exception>
    public static ClusterOptions Joined(ClusterOptions cluster, StorageOptions storage) =>
        throw new ConfigurationException("'--cluster' needs the cluster engine, and this program has the engine of one process: build it with -p:Engine=Orleans.");

    /// <summary>Never: it joins nothing.</summary>
    public static string? WhyNotJoined(Exception failure) => null;

    public static void AddEngine(this WebApplicationBuilder builder, IStore store, Settings settings, ClusterOptions? cluster)
    {
        builder.Services.AddSingleton(store.GrainStorage(Json.Store));
        builder.Services.AddSingleton(store.ReminderTable);
        builder.Services.AddSingleton(static services => new GatewayName(services.GetRequiredService<IIdSource>().Next()));
        builder.Services.AddSingleton<IGatewayWatch, OneGatewayWatch>();
        builder.Services.AddSingleton<ISessionFeed>(services =>
            settings.Feed.Enabled ? new OneProcessFeed(settings.Feed.WaitingBytesMax, services.GetRequiredService<ILogger<OneProcessFeed>>()) : new NoFeed());
        builder.Services.AddLocalEngine(static options => options.Assemblies.Add(typeof(SessionGrain).Assembly));
    }

    public static void MapEngine(this WebApplication app, TelemetryOptions telemetry)
    {
        // This engine shows nothing of itself.
    }
}
#endif
