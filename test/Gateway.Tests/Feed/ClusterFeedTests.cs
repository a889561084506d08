using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Support;
using Orleans.Runtime.Placement;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Orchestrator.Delivery;

/// <summary>Two silos in this process, which know each other through a database alone.</summary>
public sealed class TwoSilos(PostgresFixture postgres) : IAsyncLifetime
{
    private HubServer? _first;
    private HubServer? _second;

    /// <summary>The grains of both, called from the first one.</summary>
    public IGrainFactory Grains => _first!.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Where they are, for whoever wants a grain on one of them.</summary>
    public IReadOnlyList<SiloAddress> Addresses => [AddressOf(_first!), AddressOf(_second!)];

    public async ValueTask InitializeAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        _first = await Silo(database);
        _second = await Silo(database);
    }

    public async ValueTask DisposeAsync()
    {
        await (_second?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_first?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static SiloAddress AddressOf(HubServer server) => server.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    private static Task<HubServer> Silo(string database) => HubServer.StartSilo(database, ("Feed:Enabled", true), ("Cluster:ProbeSeconds", 5));
}

/// <summary>The feed of a cluster: sessions and those who follow them are on either silo.</summary>
public sealed class ClusterFeedTests(TwoSilos silos) : FeedSuite, IClassFixture<TwoSilos>
{
    protected override IGrainFactory Grains => silos.Grains;

    [Fact]
    public async Task A_session_is_followed_from_every_silo()
    {
        var (ann, session) = await Open();
        var listeners = new Dictionary<string, IListener>(StringComparer.Ordinal);
        foreach (var silo in silos.Addresses)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
            var listener = await Follow(session);
            listeners[await listener.Where()] = listener;
        }

        RequestContext.Clear();
        listeners.Count.ShouldBe(2);
        await Say(ann, session, 1, 100);
        foreach (var listener in listeners.Values)
        {
            await Hears(listener, 1, 100);
            var heard = await listener.Heard();
            heard.Zip(heard.Skip(1)).ShouldAllBe(static pair => pair.First.At == pair.Second.After);
        }
    }
}
