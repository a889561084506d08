using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using static Orchestrator.Support.People;
using static Orchestrator.Support.Plays;

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
        var session = await Open(isOnSecond: true);
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

    [Fact]
    public async Task A_timeline_whose_silo_stops_is_woken_by_the_session_on_the_other_one()
    {
        var session = await Open(isOnSecond: false, Play(1_000, 11_000));
        Host.Engine.Silos.PlaceOnSecond();
        await Host.Scenario(session).Get(Caller("ann"));
        IsOnSecond(Host.Scenario(session)).ShouldBeTrue();
        var relay = await Follow(Host.Session(session), Seat("ann"));
        Host.Setup.Reminders.IsFull = true;
        await Host.Scenario(session).Control(Caller("ann"), Do(ScenarioControl.Start));
        Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually(() => HaveFired(relay, 1));

        await Host.Engine.Silos.StopSecond();

        await Until(() => HaveFired(relay, 2));
    }

    private static Task<string?> HaveFired(RecordingRelay relay, int events)
    {
        var fired = relay.Events.OfType<ScenarioEventFired>().Count();
        return Task.FromResult(fired == events ? null : $"{fired} have fired");
    }

    private bool IsOnSecond(IAddressable grain) => Host.Engine.Silos.IsOnSecond(grain.GetGrainId());

    private async Task<Sessions.SessionId> Open(bool isOnSecond, ScenarioDefinition? scenario = null)
    {
        await Login("ann");
        var command = scenario is null ? Add() : Add() with { ScenarioDefinition = scenario };
        while (true)
        {
            var session = (await User("ann").AddSession(Caller("ann"), command)).Session.SessionId;
            if (IsOnSecond(Host.Session(session)) == isOnSecond)
            {
                return session;
            }

            await Leave("ann");
            await Delete("ann", session);
        }
    }
}
