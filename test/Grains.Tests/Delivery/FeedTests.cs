using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.DataStreams;
using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Delivery;

/// <summary>The feed of one process.</summary>
public sealed class OneProcessFeedTests : FeedSuite, IAsyncLifetime
{
    private GrainHost _host = null!;

    protected override IGrainFactory Grains => _host.Grains;

    public async ValueTask InitializeAsync() => _host = await GrainHost.Start(new GrainHostSetup { FeedBytesMax = 1_048_576 });

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

public sealed class FeedTests
{
    private static readonly SessionId Concert = new("concert");

    [Fact]
    public async Task What_waits_too_long_is_lost_from_the_front_and_the_places_show_it()
    {
        var feed = new OneProcessFeed(News(1).Bytes * 3, NullLogger<OneProcessFeed>.Instance);
        var (released, heard) = (new TaskCompletionSource(), ImmutableArray<SessionNews>.Empty);
        var begun = new TaskCompletionSource();
        await using var subscription = await feed.Subscribe(Concert, async news =>
        {
            begun.TrySetResult();
            await released.Task;
            heard = heard.Add(news);
        });
        var write = feed.WriterFor(Concert)!;
        write(News(1));
        await begun.Task;
        for (var seq = 2; seq <= 10; seq++)
        {
            write(News(seq));
        }

        released.SetResult();
        await Eventually(() => heard.LastOrDefault()?.At.Seq == 10 ? null : $"it has heard {heard.Length}");
        heard.Select(static news => news.At.Seq).ShouldBe([1, 8, 9, 10]);
        heard[1].After.ShouldNotBe(heard[0].At);
    }

    [Fact]
    public void A_step_is_fed_with_the_place_of_the_one_before_and_without_sound()
    {
        var fed = new List<SessionNews>();
        var feeder = new SessionFeeder(Concert, fed.Add);
        feeder.Published([Envelope(7, 1), Envelope(7, 2)]);
        feeder.Published([Envelope(7, 3) with { Event = new AudioSent(Id("ann"), Text("la")) }]);
        feeder.Published([Envelope(7, 4)]);
        feeder.Published([Envelope(8, 1)]);

        fed.Select(static news => (news.After, news.At)).ShouldBe(
            [(new Position(7, 0), new Position(7, 2)), (new Position(7, 2), new Position(7, 4)), (new Position(8, 0), new Position(8, 1))]);
    }

    [Fact]
    public async Task Nothing_is_fed_unless_it_is_wanted()
    {
        await using var host = await GrainHost.Start(new GrainHostSetup());
        new NoFeed().WriterFor(Concert).ShouldBeNull();
        await Should.ThrowAsync<InvalidOperationException>(() => host.Grains.GetGrain<IListener>("listener").Follow(Concert, Manner.Ready));
    }

    private static SessionNews News(int seq) => new(Concert, new Position(1, seq - 1), [Envelope(1, seq)]);

    private static Envelope Envelope(long epoch, long seq) => new(SourceId.Of(Concert), new Position(epoch, seq), Audience.Everyone, new MasterChanged(Id("ann"), seq));
}
