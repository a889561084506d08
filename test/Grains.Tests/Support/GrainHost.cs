using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Accounts;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Support;

/// <summary>What the grains run on.</summary>
internal sealed record GrainHostSetup
{
    public TestStorage Storage { get; init; } = new();

    public ManualTimeProvider Time { get; init; } = new();

    public MemoryReminderTable Reminders { get; init; } = new();

    public Limits Limits { get; init; } = new() { GraceSeconds = 30, MasterGraceSeconds = 3, SessionsPerUserMax = 3, DevicesPerUserMax = 3 };

    public bool CopyMessages { get; init; }

    /// <summary>What may wait for a subscriber of the feed, in bytes; null: nothing is fed.</summary>
    public int? FeedBytesMax { get; init; }

    public ITurnScheduler? Scheduler { get; init; }
}

/// <summary>The real grains in this process, on a clock that stands still and a store in memory.</summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService _host;
    private bool _isStopped;

    private GrainHost(GrainHostSetup setup, ServiceProvider services)
    {
        Setup = setup;
        _services = services;
        _host = services.GetServices<IHostedService>().Single();
    }

    public GrainHostSetup Setup { get; }

    public ManualTimeProvider Time => Setup.Time;

    public TestStorage Storage => Setup.Storage;

    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    public LocalEngineStatistics Statistics => _services.GetRequiredService<LocalEngineStatistics>();

    public ISessionDirectoryGrain Directory => Grains.GetGrain<ISessionDirectoryGrain>(ISessionDirectoryGrain.Key);

    public static async Task<GrainHost> Start(GrainHostSetup setup)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton<TimeProvider>(setup.Time);
        services.AddSingleton<IGrainStorage>(setup.Storage);
        services.AddSingleton<IReminderTable>(setup.Reminders);
        services.AddSingleton<IIdSource>(new CountedIds());
        services.AddSingleton(new GatewayName("here"));
        services.AddSingleton<IGatewayWatch, OneGatewayWatch>();
        services.AddSingleton(setup.Limits);
        services.AddSingleton<ISessionFeed>(provider =>
            setup.FeedBytesMax is { } bytes ? new OneProcessFeed(bytes, provider.GetRequiredService<ILogger<OneProcessFeed>>()) : new NoFeed());
        services.AddLocalEngine(options =>
        {
            options.Assemblies.Add(typeof(SessionGrain).Assembly);
            options.Assemblies.Add(typeof(GrainHost).Assembly);
            options.CopyMessages = setup.CopyMessages;
            options.Scheduler = setup.Scheduler;
        });
        var host = new GrainHost(setup, services.BuildServiceProvider());
        await host._host.StartAsync(CancellationToken.None);
        return host;
    }

    public IUserGrain User(string user) => Grains.GetGrain<IUserGrain>(user);

    public ISessionGrain Session(SessionId session) => Grains.GetGrain<ISessionGrain>(session.Value);

    public IAccountGrain Account(string name) => Grains.GetGrain<IAccountGrain>(name);

    public IAccountOfUserGrain AccountOf(UserId user) => Grains.GetGrain<IAccountOfUserGrain>(user.Value);

    public IAdministratorsGrain Administrators => Grains.GetGrain<IAdministratorsGrain>(IAdministratorsGrain.Key);

    public GatewayAddress Gateway(RecordingRelay relay, string name = "west") => new(name, Grains.CreateObjectReference<IRelay>(relay));

    /// <summary>Ends this process in good order and starts the next one on what it has stored.</summary>
    public async Task<GrainHost> Restart()
    {
        await Stop();
        Time.Advance(TimeSpan.FromSeconds(1));
        return await Start(Setup);
    }

    public async Task Stop()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await _host.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>The list of sessions as it is now.</summary>
    public async Task<IReadOnlyList<SessionReport>> List()
    {
        var gateway = Gateway(new RecordingRelay(), "reader");
        var seat = new Seat(new ConnectionId("reader"), default, default);
        var start = await Directory.Subscribe(gateway, seat, after: null);
        await Directory.Unsubscribe("reader", seat.Connection);
        return ((SessionListSnapshot)start.Snapshot!).Sessions;
    }

    /// <summary>The list of users as it is now.</summary>
    public async Task<IReadOnlyList<UserReport>> Users()
    {
        var directory = Grains.GetGrain<IUserDirectoryGrain>(IUserDirectoryGrain.Key);
        var gateway = Gateway(new RecordingRelay(), "reader");
        var seat = new Seat(new ConnectionId("reader"), default, default);
        var start = await directory.Subscribe(gateway, seat, after: null);
        await directory.Unsubscribe("reader", seat.Connection);
        return ((UserListSnapshot)start.Snapshot!).Users;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await _services.DisposeAsync();
    }

    private sealed class CountedIds : IIdSource
    {
        // Another process gives other ids.
        private static int _processes;
        private readonly int _process = Interlocked.Increment(ref _processes);
        private int _last;

        public string Next() => string.Create(CultureInfo.InvariantCulture, $"id-{_process}-{Interlocked.Increment(ref _last)}");
    }
}
