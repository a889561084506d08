using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Delivery;

/// <summary>The feed of a silo: streams of the engine.</summary>
public sealed class StreamFeedTests : FeedSuite, IAsyncLifetime
{
    private HubServer _server = null!;

    protected override IGrainFactory Grains => _server.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync() => _server = await HubServer.Start(("Feed:Enabled", true));

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
