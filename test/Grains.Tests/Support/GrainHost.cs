using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Accounts;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Support;

/// <summary>What the grains run on.</summary>
internal sealed record GrainHostSetup
{
    public TestStorage Storage { get; init; } = new();

    public ManualTimeProvider Time { get; init; } = new();

    public TestReminders Reminders { get; init; } = new();

    public Limits Limits { get; init; } = new() { GraceSeconds = 30, MasterGraceSeconds = 3, SessionsPerUserMax = 3, DevicesPerUserMax = 3 };

    /// <summary>Whether the engine of one process copies messages, as silos always do.</summary>
    public bool CopyMessages { get; init; }

#if !ENGINE_ORLEANS
    /// <summary>What may wait for a subscriber of the feed, in bytes; null: nothing is fed.</summary>
    public int? FeedBytesMax { get; init; }

    public ITurnScheduler? Scheduler { get; init; }
#endif
}

/// <summary>The real grains in this process, on the engine that this was built with, a clock that stands still and a store in memory.</summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private bool _isStopped;

    private GrainHost(GrainHostSetup setup, TestEngine engine) => (Setup, Engine) = (setup, engine);

    public GrainHostSetup Setup { get; }

    public TestEngine Engine { get; }

    public ManualTimeProvider Time => Setup.Time;

    public TestStorage Storage => Setup.Storage;

    public IGrainFactory Grains => Engine.Grains;

    public ISessionDirectoryGrain Directory => Grains.GetGrain<ISessionDirectoryGrain>(ISessionDirectoryGrain.Key);

    public static async Task<GrainHost> Start(GrainHostSetup setup)
    {
        // One source for all silos, so that no two ids are the same.
        var ids = new CountedIds();
        return new GrainHost(setup, await TestEngine.Start(setup, services =>
        {
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            services.AddSingleton<TimeProvider>(setup.Time);
            services.AddSingleton<IIdSource>(ids);
            services.AddSingleton(new GatewayName("here"));
            services.AddSingleton<IGatewayWatch, OneGatewayWatch>();
            services.AddSingleton(setup.Limits);
        }));
    }

    public IUserGrain User(string user) => Grains.GetGrain<IUserGrain>(user);

    public ISessionGrain Session(SessionId session) => Grains.GetGrain<ISessionGrain>(session.Value);

    public IScenarioInstanceGrain Scenario(SessionId session) => Grains.GetGrain<IScenarioInstanceGrain>(session.Value);

    public IAccountGrain Account(string name) => Grains.GetGrain<IAccountGrain>(name);

    public IAccountOfUserGrain AccountOf(UserId user) => Grains.GetGrain<IAccountOfUserGrain>(user.Value);

    public IAdministratorsGrain Administrators => Grains.GetGrain<IAdministratorsGrain>(IAdministratorsGrain.Key);

    public GatewayAddress Gateway(RecordingRelay relay, string name = "west") => new(name, Grains.CreateObjectReference<IRelay>(relay));

    /// <summary>Ends this process in good order and starts the next one on what it has stored.</summary>
    public async Task<GrainHost> Restart(Limits? limits = null)
    {
        await Stop();
        Time.Advance(TimeSpan.FromSeconds(1));
        return await Start(limits is null ? Setup : Setup with { Limits = limits });
    }

    public async Task Stop()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await Engine.Stop();
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
        await Engine.DisposeAsync();
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
