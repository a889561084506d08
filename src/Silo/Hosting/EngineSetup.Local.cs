#if !ENGINE_ORLEANS
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Sessions;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The engine of one process.</summary>
[SuppressMessage("Style", "IDE0060", Justification = "The other engine has a use for it.")]
public static class EngineSetup
{
    public const string Name = "Local (one process)";

    public static bool HasDashboard => false;

    public static void AddEngine(this WebApplicationBuilder builder, IStore store, TelemetryOptions telemetry)
    {
        builder.Services.AddSingleton(store.GrainStorage(Json.Store));
        builder.Services.AddSingleton(store.ReminderTable);
        builder.Services.AddLocalEngine(static options => options.Assemblies.Add(typeof(SessionGrain).Assembly));
    }

    public static void MapEngine(this WebApplication app, TelemetryOptions telemetry)
    {
        // This engine shows nothing of itself.
    }
}
#endif
