using System.Globalization;
using Orchestrator.Sessions;
using Orchestrator.Support;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Delivery;

/// <summary>What a feed does for its subscribers, whichever engine carries it.</summary>
public abstract class FeedSuite
{
    private static int _names;

    protected abstract IGrainFactory Grains { get; }

    [Fact]
    public async Task News_come_in_order_and_each_says_what_was_before_it()
    {
        var (ann, session) = await Open();
        var listener = await Follow(session);
        await Say(ann, session, 1, 200);

        await Hears(listener, 1, 200);
        var heard = await listener.Heard();
        heard.Zip(heard.Skip(1)).ShouldAllBe(pair => pair.First.At == pair.Second.After);
        var seqs = heard.SelectMany(static news => news.Envelopes).Select(static e => e.At.Seq).ToArray();
        seqs.ShouldBe(Enumerable.Range(0, seqs.Length).Select(i => seqs[0] + i));
    }

    [Fact]
    public async Task Who_comes_later_hears_what_comes_from_then_on()
    {
        var (ann, session) = await Open();
        var early = await Follow(session);
        await Say(ann, session, 1, 2);
        await Hears(early, 1, 2);

        var late = await Follow(session);
        await Say(ann, session, 3, 4);
        await Hears(late, 3, 4);
        var heard = await late.Heard();
        Spoken(heard).ShouldNotContain("1");
        heard[0].After.Seq.ShouldBeGreaterThan(0);
        heard.Zip(heard.Skip(1)).ShouldAllBe(pair => pair.First.At == pair.Second.After);
        // Each is told at its own pace.
        await Hears(early, 1, 4);
        Spoken(await early.Heard()).ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task A_slow_or_failing_subscriber_disturbs_nobody()
    {
        var (ann, session) = await Open();
        var (slow, failing, ready) = (await Follow(session, Manner.Slow), await Follow(session, Manner.Failing), await Follow(session));
        await Say(ann, session, 1, 50);

        await Hears(ready, 1, 50);
        await Hears(failing, 1, 50);
        (await slow.Heard()).ShouldBeEmpty();
        await slow.Release();
        await Hears(slow, 1, 50);
    }

    [Fact]
    public async Task A_subscription_that_was_given_up_hears_nothing_more()
    {
        var (ann, session) = await Open();
        var (gone, stays) = (await Follow(session), await Follow(session));
        await Say(ann, session, 1, 1);
        await Hears(gone, 1, 1);
        await Hears(stays, 1, 1);

        await gone.Leave();
        await Say(ann, session, 2, 3);
        await Hears(stays, 2, 3);
        Spoken(await gone.Heard()).ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_grain_that_subscribes_again_hears_everything_once()
    {
        var (ann, session) = await Open();
        var listener = await Follow(session);
        await Say(ann, session, 1, 1);
        await Hears(listener, 1, 1);

        await listener.Follow(session, Manner.Ready);
        await Say(ann, session, 2, 20);
        await Hears(listener, 2, 20);
        Spoken(await listener.Heard()).ShouldBe(Enumerable.Range(1, 20).Select(static n => n.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Each_session_has_a_feed_of_its_own()
    {
        var (ann, concert) = await Open();
        var (bob, lesson) = await Open();
        var (first, second) = (await Follow(concert), await Follow(lesson));
        await Say(ann, concert, 1, 3);
        await Say(bob, lesson, 4, 6);

        await Hears(first, 1, 3);
        await Hears(second, 4, 6);
        Spoken(await first.Heard()).ShouldBe(["1", "2", "3"]);
        Spoken(await second.Heard()).ShouldBe(["4", "5", "6"]);
    }

    private static string Name(string of) => string.Create(CultureInfo.InvariantCulture, $"{of}-{Interlocked.Increment(ref _names)}");

    private protected static IEnumerable<string> Spoken(IEnumerable<SessionNews> heard) =>
        heard.SelectMany(static news => news.Envelopes).Select(static e => e.Event).OfType<MessageSent>().Select(static m => m.Message.ToString().Trim('"'));

    /// <summary>A session with its creator in it.</summary>
    private protected async Task<(Caller Creator, SessionId Session)> Open()
    {
        var name = Name("ann");
        var ann = Caller(name);
        var user = Grains.GetGrain<IUserGrain>(name);
        await user.Login(ann, new Login(Connection(name)));
        return (ann, (await user.AddSession(ann, Add())).Session.SessionId);
    }

    private protected async Task<IListener> Follow(SessionId session, Manner manner = Manner.Ready)
    {
        var listener = Grains.GetGrain<IListener>(Name("listener"));
        await listener.Follow(session, manner);
        return listener;
    }

    private protected async Task Say(Caller who, SessionId session, int from, int to)
    {
        for (var number = from; number <= to; number++)
        {
            await Grains.GetGrain<ISessionGrain>(session.Value).SendMessage(who, new SendMessage(Text(number.ToString(CultureInfo.InvariantCulture))));
        }
    }

    private protected static Task Hears(IListener listener, int from, int to) => Eventually(async () =>
    {
        var missing = Enumerable.Range(from, to - from + 1).Select(static n => n.ToString(CultureInfo.InvariantCulture)).Except(Spoken(await listener.Heard())).ToArray();
        return missing.Length == 0 ? null : $"it has not heard {string.Join(' ', missing)}";
    });
}
