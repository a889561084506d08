using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.LocalEngine;

/// <summary>Adds the engine to a host.</summary>
public static class LocalEngineServices
{
    /// <summary>
    /// Registers <see cref="IGrainFactory"/>, <see cref="LocalEngineStatistics"/> and the hosted service that runs them.
    /// The host gives <see cref="IGrainStorage"/> (keyed by name where a grain names one), and may give
    /// <see cref="IReminderTable"/> (default: in memory) and <see cref="TimeProvider"/> (default: the system's).
    /// </summary>
    public static IServiceCollection AddLocalEngine(this IServiceCollection services, Action<LocalEngineOptions> configure)
    {
        var options = new LocalEngineOptions();
        configure(options);
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IReminderTable, MemoryReminderTable>();
        services.AddSingleton(options);
        services.AddSingleton<Engine>();
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<Engine>());
        services.AddSingleton(provider => provider.GetRequiredService<Engine>().Statistics);
        services.AddSingleton<IHostedService, EngineHost>();
        return services;
    }
}
