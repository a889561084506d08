using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine.Support;

/// <summary>An engine with a clock that stands still, a store in memory, a log and gates to hold grains at.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService _host;

    private TestEngine(ServiceProvider services)
    {
        _services = services;
        _host = services.GetServices<IHostedService>().Single();
        Log = services.GetRequiredService<LogRecorder>();
        Time = (ManualTimeProvider)services.GetRequiredService<TimeProvider>();
        Gates = services.GetRequiredService<Gates>();
        Storage = services.GetRequiredService<FailingStorage>();
        Journal = services.GetRequiredService<Journal>();
    }

    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    public LocalEngineStatistics Statistics => _services.GetRequiredService<LocalEngineStatistics>();

    public LogRecorder Log { get; }

    public ManualTimeProvider Time { get; }

    public Gates Gates { get; }

    public FailingStorage Storage { get; }

    public Journal Journal { get; }

    public static Task<TestEngine> Start(params Type[] grains) => Start(new Setup { Grains = grains });

    public static async Task<TestEngine> Start(Setup setup)
    {
        var services = new ServiceCollection();
        services.AddSingleton<LogRecorder>();
        services.AddSingleton<ILoggerFactory>(provider => provider.GetRequiredService<LogRecorder>());
        services.AddSingleton<TimeProvider>(setup.Time ?? new ManualTimeProvider());
        services.AddSingleton<Gates>();
        services.AddSingleton(setup.Storage ?? new FailingStorage());
        services.AddSingleton<IGrainStorage>(provider => provider.GetRequiredService<FailingStorage>());
        services.AddSingleton(setup.Journal ?? new Journal());
        setup.Services?.Invoke(services);
        services.AddLocalEngine(options =>
        {
            foreach (var grain in setup.Grains)
            {
                options.Classes.Add(grain);
            }

            setup.Options?.Invoke(options);
        });
        var engine = new TestEngine(services.BuildServiceProvider());
        await engine._host.StartAsync(CancellationToken.None);
        return engine;
    }

    public TGrain Get<TGrain>(string key = "one")
        where TGrain : IGrainWithStringKey => Grains.GetGrain<TGrain>(key);

    public Task Stop(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    internal sealed record Setup
    {
        public required Type[] Grains { get; init; }

        public Action<LocalEngineOptions>? Options { get; init; }

        public Action<IServiceCollection>? Services { get; init; }

        public ManualTimeProvider? Time { get; init; }

        public FailingStorage? Storage { get; init; }

        public Journal? Journal { get; init; }
    }
}
