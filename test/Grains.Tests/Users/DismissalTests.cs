using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class DismissalTests() : DismissalSuite(copyMessages: false);

public abstract class DismissalSuite(bool copyMessages) : GrainTests(copyMessages)
{
    [Theory]
    [InlineData(DismissReason.AccountRemoved)]
    [InlineData(DismissReason.Reset)]
    public async Task All_connections_hear_it_the_session_loses_the_member_and_nobody_comes_back(DismissReason reason)
    {
        var session = await Open("ann");
        await Enter("ben", session);
        await Login("ben", device: 2);
        var relay = await Follow(User("ben"), Seat("ben"));

        await User("ben").Dismiss(reason);

        await Heard(relay, new UserDismissed(reason));
        (await Differs(session, "ann", "ann")).ShouldBeNull();
        foreach (var device in new[] { 1, 2 })
        {
            (await RefusalOf(User("ben").Resume(Caller("ben", device), Connection("ben", device, 2)))).ShouldBe(RefusalCode.ResumeExpired);
        }

        await User("ben").Dismiss(reason);
        await Enter("ben", session);
    }

    [Fact]
    public async Task The_sessions_of_an_administrator_close()
    {
        var session = await Open("ann");
        await Enter("ben", session);

        await User("ann").Dismiss(DismissReason.AccountRemoved);

        (await Host.Session(session).Exists()).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_role_closes_connections_and_takes_no_seat()
    {
        var session = await Open("ann");
        var relay = await Follow(User("ann"), Seat("ann"));

        await User("ann").Dismiss(DismissReason.RoleChanged);

        await Heard(relay, new UserDismissed(DismissReason.RoleChanged));
        await User("ann").Disconnected(Device("ann"), Connection("ann"));
        (await User("ann").Resume(Caller("ann"), Connection("ann", number: 2))).Session.ShouldBe(session);
    }

    [Fact]
    public async Task A_session_that_is_reset_is_over_for_all_and_again_is_fine()
    {
        var session = await Open("ann");
        await Enter("ben", session);
        var relay = await Follow(Host.Session(session), Seat("ben"));

        await Host.Session(session).Reset();
        await Host.Session(session).Reset();

        await Heard(relay, new SessionClosed(CloseReason.Reset));
        (await Host.Session(session).Exists()).ShouldBeFalse();
        (await User("ben").LeaveSession(Caller("ben"), new LeaveSession())).Session.ShouldBe(session);
    }

    private static async Task Heard(RecordingRelay relay, Event first)
    {
        await Eventually(() => relay.Events.Any() ? null : "the gateway has heard nothing");
        relay.Events.First().ShouldBe(first);
    }
}
