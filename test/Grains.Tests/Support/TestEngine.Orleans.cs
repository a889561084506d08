#if ENGINE_ORLEANS
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Delivery;

namespace Orchestrator.Support;

/// <summary>Two silos that share the store and the clock of the test, which stands in the first one.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private TestEngine(TwoSilos silos) => Silos = silos;

    public TwoSilos Silos { get; }

    public IGrainFactory Grains => Silos.Grains;

    public static async Task<TestEngine> Start(GrainHostSetup setup, Action<IServiceCollection> addServices) => new(await TwoSilos.Start(services =>
    {
        addServices(services);
        services.AddSingleton<IGrainStorage>(setup.Storage);
        services.AddSingleton<IReminderTable>(setup.Reminders.Table);
        services.AddSingleton<ISessionFeed, NoFeed>();
    }));

    public Task Stop() => Silos.Stop();

    public ValueTask DisposeAsync() => Silos.DisposeAsync();
}
#endif
