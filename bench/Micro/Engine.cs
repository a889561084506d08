using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.Micro;

/// <summary>The local engine with the grains of this assembly and a store in memory.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService _host;

    private Engine(ServiceProvider services)
    {
        _services = services;
        _host = services.GetServices<IHostedService>().Single();
    }

    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    public static async Task<Engine> Start()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IGrainStorage>(new MemoryGrainStorage());
        services.AddLocalEngine(static options => options.Assemblies.Add(Assembly.GetExecutingAssembly()));
        var engine = new Engine(services.BuildServiceProvider());
        await engine._host.StartAsync(CancellationToken.None);
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
