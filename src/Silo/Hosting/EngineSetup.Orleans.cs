#if ENGINE_ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Cluster;
using Orchestrator.Configuration;
using Orchestrator.Delivery;
using Orchestrator.Http;
using Orchestrator.Storage;
using Orchestrator.Storage.Postgres;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Runtime.MembershipService;
using Orleans.Serialization;
using Orleans.Streams;
using ClusterOptions = Orchestrator.Cluster.ClusterOptions;

namespace Orchestrator.Hosting;

/// <summary>Microsoft Orleans: one silo for itself on any store, or a silo of a cluster on PostgreSQL.</summary>
public static class EngineSetup
{
    private const string DefaultStorage = "Default";
    private const string PostgresInvariant = "Npgsql";

    // The engine looks for it under this name.
    private const string SubscriptionStorage = "PubSubStore";

    public static bool HasDashboard => true;

    public static bool HasStreams => true;

    // Longer than it takes to find out that a silo of the table is silent, and dead.
    private static readonly TimeSpan JoinMax = TimeSpan.FromMinutes(2);

    // A reminder wakes what nobody else woke; a minute late is early enough.
    private static readonly TimeSpan ReminderRefresh = TimeSpan.FromMinutes(1);

    /// <summary>What runs the grains, for the operator.</summary>
    public static string Name(ClusterOptions? cluster) =>
        cluster is null ? "Microsoft Orleans (one silo)" : $"Microsoft Orleans (silo {cluster.SiloName} of cluster {cluster.Name} at {cluster.Address}:{cluster.SiloPort})";

    /// <summary>Fills in what the operator has left open, or refuses: a cluster needs a store that its silos share, and a silo a port that nobody has.</summary>
    /// <exception cref="ConfigurationException">The store is this machine's alone.</exception>
    /// <exception cref="AddressUnavailableException">The port of the configuration is taken.</exception>
    public static ClusterOptions Joined(ClusterOptions cluster, StorageOptions storage)
    {
        if (storage.Postgres is null)
        {
            throw new ConfigurationException("'--cluster' needs PostgreSQL, which its silos share: give 'Storage:Postgres' or 'Storage:PostgresFile'.");
        }

        var port = Bound(IPAddress.Parse(cluster.Address), cluster.SiloPort);
        return cluster with { SiloPort = port, SiloName = cluster.SiloName ?? $"{Environment.MachineName}-{port}" };
    }

    /// <summary>Why this silo did not come into its cluster, if that is what the failure says.</summary>
    public static string? WhyNotJoined(Exception failure) => failure is OrleansClusterConnectivityCheckFailedException
        ? $"A silo of the cluster is active and cannot be reached from here, or does not answer: look at Cluster:Address and at the network between them. {failure.Message}"
        : null;

    public static void AddEngine(this WebApplicationBuilder builder, IStore store, Settings settings, ClusterOptions? cluster)
    {
        if (cluster is not null)
        {
            // Before the engine, which reads them when it starts.
            builder.Services.AddHostedService(_ => new ReminderRing((PostgresStore)store));
            builder.Services.AddHostedService(services => new SilentSilos(
                (PostgresStore)store, cluster, services.GetRequiredService<IHostApplicationLifetime>(), services.GetRequiredService<TimeProvider>()));
        }

        builder.UseOrleans(silo => Set(silo, store, settings, cluster));
    }

    private static void Set(ISiloBuilder silo, IStore store, Settings settings, ClusterOptions? cluster)
    {
        if (cluster is null)
        {
            silo.UseLocalhostClustering(Bound(IPAddress.Loopback, port: 0), gatewayPort: 0);
            silo.UseInMemoryReminderService();
        }
        else
        {
            Join(silo, ((PostgresStore)store).ClusterConnection, cluster);
        }

        silo.Services.AddKeyedSingleton(DefaultStorage, store.GrainStorage(Json.Store));
        silo.Services.TryAddSingleton(static s => s.GetRequiredKeyedService<IGrainStorage>(DefaultStorage));
        silo.Services.AddSingleton(static services => new GatewayName(SiloWatch.NameOf(services.GetRequiredService<ILocalSiloDetails>().SiloAddress)));
        silo.Services.AddSingleton<SiloWatch>().AddHostedService(static services => services.GetRequiredService<SiloWatch>());
        silo.Services.AddSingleton<IGatewayWatch>(static services => services.GetRequiredService<SiloWatch>());
        silo.AddOutgoingGrainCallFilter<PassingFailures>();
        // A failure of the store or of its driver is told to the silo that called as what it is; without this, as something that cannot be sent.
        silo.Configure<ExceptionSerializationOptions>(static options => options.SupportedExceptionTypeFilter = static _ => true);
        silo.Configure<GrainCollectionOptions>(static options => options.CollectionAge = TimeSpan.FromMinutes(15));
        AddFeed(silo, settings.Feed);
        if (settings.Delivery.Driver == DeliveryDriver.Streams)
        {
            StreamDelivery.AddTo(silo, TimeSpan.FromMilliseconds(settings.Delivery.PullMilliseconds));
        }

        if (settings.Telemetry.IsTracing)
        {
            silo.AddActivityPropagation();
        }

        if (settings.Telemetry.Dashboard)
        {
            silo.AddDashboard();
        }
    }

    /// <summary>The dashboard, if it is wanted; it watches every call of a grain for it.</summary>
    public static void MapEngine(this WebApplication app, TelemetryOptions telemetry)
    {
        if (telemetry.Dashboard)
        {
            app.MapOrleansDashboard(AdministratorPages.Dashboard).ForAdministrators("OpenDashboard").ExcludeFromDescription();
        }
    }

    /// <summary>Streams only for a feed that is wanted: a provider asks its queues also while nothing is in them.</summary>
    private static void AddFeed(ISiloBuilder silo, FeedOptions feed)
    {
        if (!feed.Enabled)
        {
            silo.Services.AddSingleton<ISessionFeed, NoFeed>();
            return;
        }

        silo.AddMemoryGrainStorage(SubscriptionStorage);
        silo.AddMemoryStreams(StreamFeed.Provider);
        silo.Services.AddSingleton<ISessionFeed>(services => new StreamFeed(
            services.GetRequiredKeyedService<IStreamProvider>(StreamFeed.Provider),
            services.GetRequiredService<Serializer<SessionNews[]>>(),
            feed.WaitingBytesMax,
            services.GetRequiredService<ILogger<StreamFeed>>()));
    }

    private static void Join(ISiloBuilder silo, string database, ClusterOptions cluster)
    {
        silo.Configure<Orleans.Configuration.ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.Name, cluster.Name));
        silo.Configure<SiloOptions>(options => options.SiloName = cluster.SiloName);
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Parse(cluster.Address);
            options.SiloPort = cluster.SiloPort;
            // Clients of ours come through the gateway in this process, not through the engine's.
            options.GatewayPort = 0;
        });
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(cluster.ProbeSeconds);
            options.NumMissedProbesLimit = cluster.MissedProbes;
            options.NumVotesForDeathDeclaration = cluster.Votes;
            // The last miss would have to be seen by a third silo, which has for its own probe as long as we have for its answer. Of a silo that hangs that answer comes too late, and
            // counts as nothing: it is declared dead by luck, after 3 to 13 s. The votes are several silos' anyway.
            options.EnableIndirectProbes = false;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(cluster.TableSeconds);
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(cluster.TableSeconds);
            options.NumMissedTableIAmAliveLimit = ClusterOptions.SilencesMax;
            options.MaxJoinAttemptTime = JoinMax;
        });
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (PostgresInvariant, database));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (PostgresInvariant, database));
        silo.Configure<ReminderOptions>(static options => options.RefreshReminderListPeriod = ReminderRefresh);
    }

    /// <summary>This port or, for 0, one that is free. The engine would share it with another process on this machine, and with it the place in the cluster.</summary>
    private static int Bound(IPAddress address, int port)
    {
        try
        {
            return ListenAddresses.Try(new IPEndPoint(address, port));
        }
        catch (SocketException e)
        {
            throw new AddressUnavailableException($"Other silos cannot reach this one at {address}:{port} (Cluster:Address, Cluster:SiloPort): {e.Message}", e);
        }
    }
}
#endif
