#if ENGINE_ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Http;
using Orchestrator.Storage;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Orchestrator.Hosting;

/// <summary>Microsoft Orleans with one silo, on the same store. More silos need a store that they can share.</summary>
public static class EngineSetup
{
    public const string Name = "Microsoft Orleans (one silo)";
    private const string DefaultStorage = "Default";

    public static bool HasDashboard => true;

    public static void AddEngine(this WebApplicationBuilder builder, IStore store, TelemetryOptions telemetry) => builder.UseOrleans(silo =>
    {
        silo.UseLocalhostClustering(FreePort(), gatewayPort: 0);
        silo.UseInMemoryReminderService();
        silo.Services.AddKeyedSingleton(DefaultStorage, store.GrainStorage(Json.Store));
        silo.Services.TryAddSingleton(static s => s.GetRequiredKeyedService<IGrainStorage>(DefaultStorage));
        silo.Configure<GrainCollectionOptions>(static options => options.CollectionAge = TimeSpan.FromMinutes(15));
        if (telemetry.IsTracing)
        {
            silo.AddActivityPropagation();
        }

        if (telemetry.Dashboard)
        {
            silo.AddDashboard();
        }
    });

    /// <summary>The dashboard, if it is wanted; it watches every call of a grain for it.</summary>
    public static void MapEngine(this WebApplication app, TelemetryOptions telemetry)
    {
        if (telemetry.Dashboard)
        {
            app.MapOrleansDashboard(AdministratorPages.Dashboard).ForAdministrators("OpenDashboard").ExcludeFromDescription();
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
#endif
