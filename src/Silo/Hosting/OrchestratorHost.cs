using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Orchestrator.Administration;
using Orchestrator.Cluster;
using Orchestrator.Configuration;
using Orchestrator.Connections;
using Orchestrator.Security;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The composition root: configuration, store, engine, edge, in this order; stopped the other way round.</summary>
public sealed class OrchestratorHost : IAsyncDisposable
{
    /// <summary>How long a silo of a cluster may take to stop: its activations move to other silos first. Whoever stops it must wait longer.</summary>
    public static readonly TimeSpan ClusterShutdownMax = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan ShutdownMax = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly IStore _store;
    private readonly Telemetry _telemetry;

    private OrchestratorHost(WebApplication app, IStore store, Telemetry telemetry, string engineName) =>
        (_app, _store, _telemetry, EngineName) = (app, store, telemetry, engineName);

    public IServiceProvider Services => _app.Services;

    /// <summary>What runs the grains.</summary>
    public string EngineName { get; }

    /// <summary>What this gateway is called in the ids of connections.</summary>
    public string GatewayTag => _app.Services.GetRequiredService<GatewayTag>().Text;

    /// <summary>What is stored where.</summary>
    public string StoragePlace => _store.Place;

    /// <summary>Where it listens, with the ports that were chosen.</summary>
    public IReadOnlyCollection<string> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>
    /// Starts everything. Throws <see cref="ConfigurationException"/>, <see cref="StorageUnavailableException"/> or <see cref="AddressUnavailableException"/> with a
    /// sentence for the operator.
    /// </summary>
    public static async Task<OrchestratorHost> Start(StartOptions options, CancellationToken cancellationToken)
    {
        var configuration = Settings.Sources(options.Config);
        var settings = Settings.Read(configuration);
        var cluster = options.JoinsCluster ? EngineSetup.Joined(settings.Cluster, settings.Storage) : null;
        var telemetry = new Telemetry(settings.Telemetry);
        options = options with { AddLog = options.AddLog + telemetry.AddLog };
        IStore? store = null;
        WebApplication? app = null;
        try
        {
            using var logging = LoggerFactory.Create(logging => AddLogging(logging, configuration, options));
            store = StoreChoice.Open(settings.Storage, options.Data, logging);
            await store.StartAsync(cancellationToken);
            await store.HoldAsync(cluster?.Place, cancellationToken);
            ListenAddresses.DemandFree(options.Urls);
            app = Build(options, configuration, settings, store, await store.TokenKeyAsync(cancellationToken), cluster);
            await Listen(app, options, cancellationToken);
            await EnsureAdministrator(app);
            return new OrchestratorHost(app, store, telemetry, EngineSetup.Name(cluster));
        }
        catch
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (store?.DisposeAsync() ?? ValueTask.CompletedTask);
            telemetry.Dispose();
            throw;
        }
    }

    /// <summary>Whether an administrator has ended it.</summary>
    public bool IsTerminated => _app.Services.GetRequiredService<Termination>().IsRequested;

    /// <summary>Until Ctrl+C, SIGTERM, or a request to stop.</summary>
    public Task WaitForStop() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        _telemetry.Flush();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _telemetry.Dispose();
    }

    private static async Task Listen(WebApplication app, StartOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or FormatException or InvalidOperationException or ArgumentException or SocketException)
        {
            throw new AddressUnavailableException($"Cannot listen on {options.Urls}: {e.Message}", e);
        }
        catch (Exception e) when (EngineSetup.WhyNotJoined(e) is { } sentence)
        {
            throw new AddressUnavailableException(sentence, e);
        }
    }

    private static async Task EnsureAdministrator(WebApplication app)
    {
        try
        {
            await app.Services.GetRequiredService<AdminAccount>().Ensure();
        }
        catch (Refusal refusal)
        {
            throw new StorageUnavailableException($"The administrator of the configuration could not be written: {refusal.Message}");
        }
    }

    private static WebApplication Build(StartOptions options, IConfiguration configuration, Settings settings, IStore store, TokenKey tokenKey, ClusterOptions? cluster)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orchestrator" });
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrel().UseUrls([.. ListenAddresses.In(options.Urls)]);
        AddLogging(builder.Logging, configuration, options);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = cluster is null ? ShutdownMax : ClusterShutdownMax);
        options.AddServices(builder.Services);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IIdSource, RandomIds>();
        builder.Services.AddSingleton(settings.Limits);
        builder.Services.AddSingleton(Options.Create(settings.Gateway));
        builder.Services.AddSingleton(Options.Create(settings.Admin));
        builder.Services.AddSingleton(Options.Create(settings.Time));
        builder.Services.AddSingleton(tokenKey);
        builder.Services.AddSingleton(store);
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store", tags: ["ready"]);
        // The engine first: it is stopped last, when nobody calls grains any more.
        builder.AddEngine(store, settings, cluster);
        builder.Services.AddGateway(settings.Limits);
        builder.Services.AddSingleton<StorageMeter>();
        var app = builder.Build();
        app.MapGateway();
        app.MapEngine(settings.Telemetry);
        _ = app.Services.GetRequiredService<StorageMeter>();
        return app;
    }

    internal static void AddLogging(ILoggingBuilder logging, IConfiguration configuration, StartOptions options)
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Orleans", LogLevel.Warning);
        // Writes nothing here, but would keep a scope and an activity for every connection as long as it lasts.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Who asks for the health is told; a line at each question would fill the log.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        logging.AddFilter("Orchestrator.Security.BearerHandler", LogLevel.Warning);
        // A start that fails is told in a sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Answered as an internal refusal with a correlation id, and logged there.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
        // Under this name the engine's streams log what they throw, too; whoever writes into them tells it.
        logging.AddFilter("Microsoft.Extensions.Logging.ILogger", LogLevel.None);
        options.AddLog(logging);
    }
}
