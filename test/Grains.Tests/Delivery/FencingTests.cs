using Orchestrator.Accounts;
using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Delivery;

/// <summary>
/// Two hosts have the same grain, as when a silo that was declared dead lives on: whoever has read the store last is right, and the other one finds that out with its next write.
/// </summary>
public sealed class FencingTests() : Support.GrainTests(copyMessages: false)
{
    [Fact]
    public async Task The_later_activation_of_a_source_has_the_later_epoch_though_the_clock_stands_still()
    {
        var session = await OpenStored();
        var before = await Host.Session(session).Get(Caller("ann"));
        await using var later = await GrainHost.Start(Host.Setup);

        (await later.Session(session).Get(Caller("ann"))).At.Epoch.ShouldBeGreaterThan(before.At.Epoch);

        (await Host.Session(session).Get(Caller("ann"))).At.ShouldBe(before.At, "it does not know yet");
    }

    [Fact]
    public async Task Who_enters_where_the_session_is_no_more_is_refused_as_temporary_and_is_in_it_nowhere()
    {
        var session = await OpenStored();
        await Login("bob");
        var relay = await Follow(Host.Session(session), Seat("ann"));
        await using var later = await GrainHost.Start(Host.Setup);
        await later.User("cid").Login(Caller("cid"), new Users.Login(Connection("cid")));
        await later.User("cid").JoinSession(Caller("cid"), new JoinSession(session));

        (await RefusalOf(Join("bob", session))).ShouldBe(RefusalCode.Temporary);

        (await later.Session(session).Get(Caller("ann"))).Session.SessionUsers.ShouldBe([Id("ann"), Id("cid")]);
        await Eventually(() => relay.Moves.Any(m => m.Source == SourceId.Of(session)) ? null : "the gateway was not told");
        await Eventually(() => Differs(session, "ann", "ann cid"));
    }

    [Fact]
    public async Task A_durable_change_of_the_earlier_activation_is_refused_as_temporary_and_is_not_written()
    {
        var ann = Host.Account("ann");
        await ann.Register(new RegisterAccount("Ann", "first"));
        await using var later = await GrainHost.Start(Host.Setup);
        await later.Account("ann").ChangePassword(new ChangePassword("theirs"));

        (await RefusalOf(ann.ChangePassword(new ChangePassword("ours")))).ShouldBe(RefusalCode.Temporary);

        (await ann.GetCredentials()).PasswordHash.ShouldBe("theirs");
        (await RefusalOf(ann.ChangePassword(new ChangePassword("ours")))).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_that_only_the_later_activation_knows_is_not_done_again_by_the_earlier_one()
    {
        var ann = Host.Account("ann");
        (await RefusalOf(ann.ChangePassword(new ChangePassword("none yet")))).ShouldBe(RefusalCode.UserNotFound);
        await using var later = await GrainHost.Start(Host.Setup);
        var first = await later.Account("ann").Register(new RegisterAccount("Ann", "hash", "key-0001"));

        (await RefusalOf(ann.Register(new RegisterAccount("Ann", "hash", "key-0001")))).ShouldBe(RefusalCode.Temporary);

        (await ann.Register(new RegisterAccount("Ann", "hash", "key-0001"))).ShouldBe(first);
    }

    private async Task<SessionId> OpenStored()
    {
        var session = await Open("ann");
        await Eventually(() => Host.Storage.Holds("session", session.Value) ? null : "the session is not stored yet");
        return session;
    }
}
