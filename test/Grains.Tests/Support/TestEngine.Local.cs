#if !ENGINE_ORLEANS
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Sessions;

namespace Orchestrator.Support;

/// <summary>The engine of one process.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService _host;

    private TestEngine(ServiceProvider services)
    {
        _services = services;
        _host = services.GetServices<IHostedService>().Single();
    }

    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    public static async Task<TestEngine> Start(GrainHostSetup setup, Action<IServiceCollection> addServices)
    {
        var services = new ServiceCollection();
        addServices(services);
        services.AddSingleton<IGrainStorage>(setup.Storage);
        services.AddSingleton<IReminderTable>(setup.Reminders.Table);
        services.AddSingleton<ISessionFeed>(provider =>
            setup.FeedBytesMax is { } bytes ? new OneProcessFeed(bytes, provider.GetRequiredService<ILogger<OneProcessFeed>>()) : new NoFeed());
        services.AddLocalEngine(options =>
        {
            options.Assemblies.Add(typeof(SessionGrain).Assembly);
            options.Assemblies.Add(typeof(GrainHost).Assembly);
            options.CopyMessages = setup.CopyMessages;
            options.Scheduler = setup.Scheduler;
        });
        var engine = new TestEngine(services.BuildServiceProvider());
        await engine._host.StartAsync(CancellationToken.None);
        return engine;
    }

    public Task Stop() => _host.StopAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
#endif
