#if !ENGINE_ORLEANS
using Orchestrator.Sessions;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The engine of one process.</summary>
public static class EngineSetup
{
    public const string Name = "Local (one process)";

    public static void AddEngine(this WebApplicationBuilder builder, SqliteStore store)
    {
        builder.Services.AddSingleton<IGrainStorage>(new SqliteGrainStorage(store, Json.Store));
        builder.Services.AddSingleton<IReminderTable>(new SqliteReminderTable(store));
        builder.Services.AddLocalEngine(static options => options.Assemblies.Add(typeof(SessionGrain).Assembly));
    }
}
#endif
