using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

/// <summary>What a session takes of its scenario, and whom it tells.</summary>
public sealed class SessionScenarioTests
{
    private static readonly ScenarioClock Clock = new(ScenarioState.Running, 0, 1_000, 1, 1);

    private readonly Session _session = new(new Limits());

    public SessionScenarioTests()
    {
        _session.Open(new SessionId("concert"), Caller("ann"), new AddSession("Concert", Plays.Play(1)));
        _session.Join(Caller("bob"), new JoinSession(new SessionId("concert")));
    }

    [Fact]
    public void A_change_is_told_to_everyone_and_stands_in_the_record()
    {
        _session.Record.ScenarioClock.ShouldBeNull();
        var told = _session.TakeScenario([Changed(1)]).ShouldHaveSingleItem();
        told.Audience!.IsEveryone.ShouldBeTrue();
        told.Event.ChangesState.ShouldBeTrue();
        _session.Record.ScenarioClock.ShouldBe(Clock);
        _session.HasStartedScenario.ShouldBeTrue();
    }

    [Fact]
    public void News_that_come_twice_are_taken_once()
    {
        _session.TakeScenario([Changed(1), Fired(2)]).Count.ShouldBe(2);
        _session.TakeScenario([Fired(2), Fired(3)]).ShouldHaveSingleItem().Event.ShouldBe(Fired(3));
        _session.Scenario.Number.ShouldBe(3);
    }

    [Fact]
    public void A_timed_event_reaches_whom_it_names()
    {
        Audience(Fired(1)).IsEveryone.ShouldBeTrue();
        Audience(Fired(2, "master")).Users.ShouldBe([Id("ann")]);
        Audience(Fired(3, "bob")).Users.ShouldBe([Id("bob")]);
        _session.Leave(Caller("ann"));
        Audience(Fired(4, "master")).Users.ShouldBe([Id("bob")]);
    }

    [Fact]
    public void An_event_to_nobody_who_is_there_is_taken_and_told_to_nobody()
    {
        _session.TakeScenario([Fired(1, "eve")]).ShouldHaveSingleItem().Audience.ShouldBeNull();
        _session.Leave(Caller("bob"));
        _session.Leave(Caller("ann"));
        _session.TakeScenario([Fired(2, "master")]).ShouldHaveSingleItem().Audience.ShouldBeNull();
        _session.Scenario.Number.ShouldBe(2);
    }

    [Fact]
    public void The_master_and_the_administrator_direct()
    {
        RefusalOf(() => _session.DemandDirector(Id("eve"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.DemandDirector(Id("bob"))).ShouldBe(RefusalCode.NotAllowed);
        RefusalOf(() => _session.DemandDirector(Id("ann"))).ShouldBeNull();
        _session.Leave(Caller("ann"));
        RefusalOf(() => _session.DemandDirector(Id("ann"))).ShouldBeNull();
        RefusalOf(() => _session.DemandDirector(Id("bob"))).ShouldBeNull();
    }

    [Fact]
    public void What_is_over_takes_nothing()
    {
        _session.LoggedOut(Id("ann"));
        RefusalOf(() => _session.TakeScenario([Changed(1)])).ShouldBe(RefusalCode.SessionNotFound);
        RefusalOf(() => _ = _session.Scenario).ShouldBe(RefusalCode.SessionNotFound);
        RefusalOf(() => _session.DemandDirector(Id("ann"))).ShouldBe(RefusalCode.NotInSession);
    }

    private static ScenarioChanged Changed(long number) => new(ScenarioControl.Start, Id("ann"), Clock) { Number = number };

    private static ScenarioEventFired Fired(long number, string to = "all") => new(new ScenarioEvent(0, "e", To: to), 1, 0, 0) { Number = number };

    private Audience Audience(ScenarioNews news) => _session.TakeScenario([news]).ShouldHaveSingleItem().Audience!;
}
