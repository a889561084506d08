using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Reminders;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;

namespace Orchestrator.Support;

/// <summary>
/// A cluster of Microsoft Orleans in this process. The id of a grain decides on which silo it is, so that every test has grains on both, and the same ones each time. What grains and reminders
/// have of time is the clock of the test; silos watch each other by the real one.
/// </summary>
internal sealed class TwoSilos : IAsyncDisposable
{
    // No test is about how long a call takes, and other tests run beside it.
    private static readonly TimeSpan CallMax = TimeSpan.FromMinutes(2);

    private readonly InProcessTestCluster _cluster;

    private TwoSilos(InProcessTestCluster cluster) => _cluster = cluster;

    /// <summary>As the first silo sees them.</summary>
    public IGrainFactory Grains => _cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    public static async Task<TwoSilos> Start(Action<IServiceCollection> addServices)
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((_, silo) =>
        {
            addServices(silo.Services);
            silo.AddReminders();
            silo.Configure<SiloMessagingOptions>(static options => options.ResponseTimeout = CallMax);
            silo.Services.AddSingleton<PlacementStrategy, HashBasedPlacement>();
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddKeyedSingleton(ReminderTimeProviderNames.Reminders, static (services, _) => services.GetRequiredService<TimeProvider>());
        });
        var silos = new TwoSilos(builder.Build());
        await silos._cluster.DeployAsync();
        await Eventually(silos.AreStrangers);
        return silos;
    }

    /// <summary>Whether the second silo has an activation of it.</summary>
    public bool IsOnSecond(GrainId grain) =>
        _cluster.TryGetGrainContext(grain, out var activation) && _cluster.Silos[1].SiloAddress.Equals(activation.Address.SiloAddress);

    /// <summary>What the calls of a test, from here on, are the first to call begins on the second silo.</summary>
    public void PlaceOnSecond() => RequestContext.Set(IPlacementDirector.PlacementHintKey, _cluster.Silos[1].SiloAddress);

    /// <summary>Ends the second silo in good order.</summary>
    public Task StopSecond() => _cluster.StopSiloAsync(_cluster.Silos[1]);

    /// <summary>Ends both at once.</summary>
    public Task Stop() => Task.WhenAll(_cluster.Silos.Select(_cluster.StopSiloAsync));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>A silo that does not know the other one yet would place everything on itself.</summary>
    private string? AreStrangers() => _cluster.Silos.Any(static silo => silo.ServiceProvider.GetRequiredService<IClusterManifestProvider>().Current.Silos.Count < 2)
        ? "one silo does not know the other"
        : null;
}
