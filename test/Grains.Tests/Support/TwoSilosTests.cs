using Orchestrator.Delivery;
using static Orchestrator.Support.People;

namespace Orchestrator.Support;

/// <summary>That the cluster of the tests is one.</summary>
public sealed class TwoSilosTests() : GrainTests(copyMessages: false)
{
    [Fact]
    public async Task The_grains_of_a_test_are_on_both_silos()
    {
        foreach (var user in Enumerable.Range(0, 10).Select(i => $"user-{i}"))
        {
            await Login(user);
        }

        var counts = await Host.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();

        counts.Where(c => c.GrainType.Contains("UserGrain", StringComparison.Ordinal)).Select(c => c.SiloAddress).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task What_was_on_a_silo_that_stops_goes_on_on_the_other_one_in_a_later_epoch()
    {
        var session = await OnSecondSilo();
        await Enter("bob", session);
        var relay = await Follow(Host.Session(session), Seat("bob"));
        var before = await Host.Session(session).Get(Caller("ann"));

        await Host.Engine.Silos.StopSecond();

        var after = await Host.Session(session).Get(Caller("ann"));
        after.Session.SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
        after.At.Epoch.ShouldBeGreaterThan(before.At.Epoch);
        await Eventually(() => relay.Moves.Contains((SourceId.Of(session), before.At.Epoch)) ? null : "the gateway was not told");
        await Leave("bob");
        await Eventually(() => Differs(session, "ann", "ann"));
    }

    private async Task<Sessions.SessionId> OnSecondSilo()
    {
        await Login("ann");
        while (true)
        {
            var session = (await User("ann").AddSession(Caller("ann"), Add())).Session.SessionId;
            if (Host.Engine.Silos.IsOnSecond(Host.Session(session).GetGrainId()))
            {
                return session;
            }

            await Leave("ann");
            await Delete("ann", session);
        }
    }
}
