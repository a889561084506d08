using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Sessions;
using Orchestrator.Support;

namespace Orchestrator.Delivery;

/// <summary>The feed of a silo: streams of the engine.</summary>
public sealed class StreamFeedTests : FeedSuite, IAsyncLifetime
{
    private HubServer _server = null!;

    protected override IGrainFactory Grains => _server.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync() => _server = await HubServer.Start(("Feed:Enabled", true));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_is_too_large_for_one_message_of_a_stream_comes_in_parts()
    {
        var (ann, session) = await Open();
        var listener = await Follow(session);
        var large = new string('x', 1_200_000);
        await Say(ann, session, 1, 1);
        await Grains.GetGrain<ISessionGrain>(session.Value).SendMessage(ann, new SendMessage(People.Text(large)));
        await Say(ann, session, 2, 2);

        await Hears(listener, 1, 2);
        Spoken(await listener.Heard()).ShouldBe(["1", large, "2"]);
    }

    [Fact]
    public async Task What_is_too_much_for_one_message_of_a_stream_comes_in_several()
    {
        var (ann, session) = await Open();
        var listener = await Follow(session);
        var large = new string('x', 300_000);
        for (var number = 0; number < 10; number++)
        {
            await Grains.GetGrain<ISessionGrain>(session.Value).SendMessage(ann, new SendMessage(People.Text(large)));
        }

        await Eventually(async () => Spoken(await listener.Heard()).Count() is var count && count == 10 ? null : $"it has heard {count}");
        var heard = await listener.Heard();
        heard.Zip(heard.Skip(1)).ShouldAllBe(pair => pair.First.At == pair.Second.After);
    }
}
