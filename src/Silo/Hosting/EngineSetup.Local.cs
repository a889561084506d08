#if !ENGINE_ORLEANS
using Orchestrator.Sessions;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The engine of one process.</summary>
public static class EngineSetup
{
    public const string Name = "Local (one process)";

    public static void AddEngine(this WebApplicationBuilder builder, IStore store)
    {
        builder.Services.AddSingleton(store.GrainStorage(Json.Store));
        builder.Services.AddSingleton(store.ReminderTable);
        builder.Services.AddLocalEngine(static options => options.Assemblies.Add(typeof(SessionGrain).Assembly));
    }
}
#endif
