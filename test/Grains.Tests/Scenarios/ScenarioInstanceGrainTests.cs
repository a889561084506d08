using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;
using static Orchestrator.Support.Plays;

namespace Orchestrator.Scenarios;

public sealed class ScenarioInstanceGrainTests() : ScenarioInstanceGrainSuite(copyMessages: false);

public abstract class ScenarioInstanceGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    [Fact]
    public async Task Events_fire_at_their_time_to_whom_they_name()
    {
        var session = await Open(Play(
            new ScenarioEvent(1_000, "first"), new ScenarioEvent(1_000, "to the master", Text("curtain"), "master"), new ScenarioEvent(2_000, "to bob", To: "bob")));
        await Enter("bob", session);
        var relay = await Follow(Host.Session(session), Seat("ann"));

        var at = await Control(session, ScenarioControl.Start);

        (await Host.Session(session).Get(Caller("ann"))).At.ShouldBe(at);
        Time.Advance(TimeSpan.FromMilliseconds(999));
        (await Get(session)).NextEvent.ShouldBe(0);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await HaveFired(relay, "first", "to the master");
        relay.For(Seat("bob"), SourceId.Of(session), at).Select(e => Name(e.Event)).ShouldBe(["first"]);
        var followed = await Follow(Host.Session(session), Seat("bob"), "east");
        await Fires(followed, "to bob");
        Fired(relay).ShouldAllBe(f => !f.IsLate && f.LateMs == 0 && f.Run == 1);
        Fired(relay).Select(f => f.Index).ShouldBe([0, 1]);
        (await Get(session)).NextEvent.ShouldBe(3);
    }

    [Fact]
    public async Task The_clock_stands_in_what_late_joiners_get()
    {
        var session = await Open(Play(1_000));
        (await Read(session, "ann")).ScenarioClock.ShouldBeNull();
        var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        await Control(session, ScenarioControl.Start);
        Time.Advance(TimeSpan.FromMilliseconds(400));
        await Control(session, ScenarioControl.Pause);
        await Login("bob");

        (await Join("bob", session)).Session.ScenarioClock.ShouldBe(new ScenarioClock(ScenarioState.Paused, 400, now + 400, 1, 1));

        var instance = await Host.Scenario(session).Get(Caller("bob"));
        (instance.ScenarioRefId, instance.ScenarioId, instance.ScenarioState, instance.PositionMs, instance.EventCount).ShouldBe(("play", session, ScenarioState.Paused, 400, 1));
    }

    [Fact]
    public async Task Only_directors_change_the_clock_and_only_readers_see_it()
    {
        var session = await Open(Play(1_000));
        await Enter("bob", session);
        await Login("eve");
        (await RefusalOf(Control(session, ScenarioControl.Start, "bob"))).ShouldBe(RefusalCode.NotAllowed);
        (await RefusalOf(Control(session, ScenarioControl.Start, "eve"))).ShouldBe(RefusalCode.NotInSession);
        (await RefusalOf(Host.Scenario(session).Get(Caller("eve")))).ShouldBe(RefusalCode.NotJoined);
        (await RefusalOf(Control(new SessionId("nowhere"), ScenarioControl.Start))).ShouldBe(RefusalCode.NotInSession);
        (await RefusalOf(Control(session, ScenarioControl.Stop))).ShouldBe(RefusalCode.ScenarioState);
        (await Get(session)).Run.ShouldBe(0);
        Host.Storage.Count("scenario").ShouldBe(0);
        await Leave("ann");
        await Control(session, ScenarioControl.Start);
        await Control(session, ScenarioControl.Pause, "bob");
    }

    [Fact]
    public async Task A_repeated_key_is_answered_and_not_done_again()
    {
        var session = await Open(Play(1_000));
        var first = await Control(session, ScenarioControl.Start, key: "k");
        (await Control(session, ScenarioControl.Start, key: "k")).ShouldBe(first);
        (await RefusalOf(Control(session, ScenarioControl.Stop, key: "k"))).ShouldBe(RefusalCode.KeyReused);
        (await Get(session)).Run.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_restart_what_was_due_fires_late_and_the_rest_in_time_and_each_once()
    {
        // As far as the clock does not go while it is waited for the others.
        var last = TimeSpan.FromSeconds(3_000);
        var session = await Open(Play(500, 2_000, 3_000, (long)last.TotalMilliseconds));
        var before = await Follow(Host.Session(session), Seat("ann"));
        await Control(session, ScenarioControl.Start);
        var started = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromMilliseconds(500));
        await HaveFired(before, "e0");

        await Host.Stop();
        Time.Advance(TimeSpan.FromSeconds(10));
        await Restart(new Limits { GraceSeconds = 3_600 });
        // Nobody calls the instance: whoever follows wakes the session, and the session its scenario.
        var after = await Follow(Host.Session(session), Seat("ann"));
        await Fires(after, "e1", "e2");
        Time.Advance(started + last - Time.GetUtcNow());
        await FiresNow(after, "e1", "e2", "e3");

        Fired(after).Select(f => f.IsLate).ShouldBe([true, true, false]);
        Fired(after).First().LateMs.ShouldBeGreaterThan(8_000);
        Fired(before).Count().ShouldBe(1);
    }

    [Fact]
    public async Task After_a_restart_a_change_of_the_clock_waits_for_the_members_that_hear_what_is_due()
    {
        var session = await Open(Play(1_000, 900_000));
        await Enter("bob", session);
        await Control(session, ScenarioControl.Start);
        await Eventually(() => Host.Storage.Holds("session", session.Value) ? null : "the session is not stored yet");
        await Restart();
        Time.Advance(TimeSpan.FromSeconds(2));
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        await Follow(Host.Session(session), Seat("ann"));

        var paused = Control(session, ScenarioControl.Pause);

        (await Get(session)).NextEvent.ShouldBe(0);
        paused.IsCompleted.ShouldBeFalse("bob is not back yet");
        await User("bob").Resume(Caller("bob"), Connection("bob", number: 2));
        var relay = await Follow(Host.Session(session), Seat("bob"), "east");
        await Until(() => Task.FromResult(paused.IsCompleted ? null : "it still waits"));
        await paused;
        await HaveFired(relay, "e0");
    }

    [Fact]
    public async Task After_a_restart_a_change_of_the_clock_waits_no_longer_than_the_timeline()
    {
        var session = await Open(Play(1_000, 900_000));
        await Enter("bob", session);
        await Control(session, ScenarioControl.Start);
        await Eventually(() => Host.Storage.Holds("session", session.Value) ? null : "the session is not stored yet");
        await Restart();
        Time.Advance(TimeSpan.FromSeconds(2));
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));

        var paused = Control(session, ScenarioControl.Pause);

        await Until(() => Task.FromResult(paused.IsCompleted ? null : "it still waits"));
        await paused;
        (await Get(session)).NextEvent.ShouldBe(1);
    }

    [Fact]
    public async Task Who_is_away_delays_nothing_when_only_a_write_has_failed()
    {
        var session = await Open(Play(1_000, 900_000));
        await Enter("bob", session);
        var relay = await Follow(Host.Session(session), Seat("ann"));
        await Control(session, ScenarioControl.Start);
        await Lose("bob");
        Host.Storage.Failure = state => state == "scenario" ? new IOException("full") : null;
        (await RefusalOf(Control(session, ScenarioControl.Pause))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await Get(session)).ScenarioState.ShouldBe(ScenarioState.Running);

        Time.Advance(TimeSpan.FromSeconds(1));

        await HaveFired(relay, "e0");
    }

    [Fact]
    public async Task A_session_outlives_the_process_however_deep_a_value_of_its_scenario_nests()
    {
        var session = await Open(new ScenarioDefinition("deep", ScenarioEvents: [new ScenarioEvent(1, "e", Nested(63))], ScenarioGltf: Nested(63)));
        await Eventually(() => Host.Storage.Holds("session", session.Value) ? null : "the session is not stored yet");

        await Restart();

        (await Host.Session(session).Exists()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_reminder_alone_wakes_the_timeline()
    {
        var session = await Open(Play(1_000));
        await Control(session, ScenarioControl.Start);
        (await Host.Setup.Reminders.Count()).ShouldBe(1);
        var writes = Host.Storage.Writes("scenario", session.Value);

        await Restart();

        await InMinutes(() => Host.Storage.Writes("scenario", session.Value) > writes ? null : "the cursor has not moved");
    }

    [Fact]
    public async Task A_store_that_takes_no_write_makes_an_event_late_and_never_doubles_it()
    {
        var session = await Open(Play(1_000, 2_000));
        var relay = await Follow(Host.Session(session), Seat("ann"));
        await Control(session, ScenarioControl.Start);
        var tries = 0;
        Host.Storage.Failure = state => state == "scenario" && Interlocked.Increment(ref tries) > 0 ? new IOException("full") : null;
        await Until(() => Task.FromResult(Volatile.Read(ref tries) >= 3 ? null : "it has not tried again"));
        Fired(relay).ShouldBeEmpty();
        Host.Storage.Failure = null;

        await Fires(relay, "e0", "e1");
        Fired(relay).ShouldAllBe(f => f.IsLate);
        (await Get(session)).ScenarioState.ShouldBe(ScenarioState.Running);
    }

    [Fact]
    public async Task A_start_that_the_store_does_not_take_is_refused_and_told_to_nobody()
    {
        var session = await Open(Play(1_000));
        Host.Storage.Failure = state => state == "scenario" ? new IOException("full") : null;
        (await RefusalOf(Control(session, ScenarioControl.Start))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await Read(session, "ann")).ScenarioClock.ShouldBeNull();
        await Control(session, ScenarioControl.Start);
    }

    [Fact]
    public async Task A_session_that_closes_ends_its_scenario_and_nothing_of_it_remains()
    {
        var session = await Open(Play(1_000, 60_000));
        await Control(session, ScenarioControl.Start);
        Host.Storage.Holds("scenario", session.Value).ShouldBeTrue();

        await User("ann").Logout(Device("ann"));

        await Eventually(() => Host.Storage.Holds("scenario", session.Value) ? "its record is still there" : null);
        await Eventually(async () => await Host.Setup.Reminders.Count() == 0 ? null : "its reminder is still there");
        (await RefusalOf(Control(session, ScenarioControl.Stop))).ShouldBe(RefusalCode.NotInSession);
    }

    [Fact]
    public async Task An_instance_whose_session_is_gone_clears_itself_when_it_is_reminded()
    {
        Host.Storage.Failure = state => state == "session" ? new IOException("full") : null;
        var session = await Open(Play(600_000));
        await Control(session, ScenarioControl.Start);
        await Host.Stop();
        Host.Storage.Failure = null;
        await Restart();

        await InMinutes(() => Host.Storage.Holds("scenario", session.Value) ? "its record is still there" : null);
        await Eventually(async () => await Host.Setup.Reminders.Count() == 0 ? null : "its reminder is still there");
    }

    [Fact]
    public async Task A_change_that_a_crash_kept_from_the_session_is_announced_afterwards()
    {
        var session = await Open(Play(600_000));
        await Eventually(() => Host.Storage.Holds("session", session.Value) ? null : "the session is not stored yet");
        Host.Storage.Failure = state => state == "session" ? new IOException("full") : null;
        await Control(session, ScenarioControl.Start);
        await Host.Stop();
        Host.Storage.Failure = null;
        await Restart();

        (await Read(session, "ann")).ScenarioClock.ShouldBeNull();
        await Get(session);

        await Eventually(async () => (await Read(session, "ann")).ScenarioClock?.State == ScenarioState.Running ? null : "the session does not know");
    }

    [Fact]
    public async Task There_is_a_reminder_from_the_start_to_the_stop()
    {
        var session = await Open(Play(1_000));
        await Control(session, ScenarioControl.Start);
        (await Host.Setup.Reminders.Count()).ShouldBe(1);
        await Control(session, ScenarioControl.Stop);
        (await Host.Setup.Reminders.Count()).ShouldBe(0);
    }

    [Fact]
    public async Task Sessions_of_one_scenario_run_on_their_own()
    {
        var one = await Open(Play(1_000));
        var other = await Open(Play(1_000), "bob");
        await Control(one, ScenarioControl.Start);
        (await Get(one)).ScenarioState.ShouldBe(ScenarioState.Running);
        (await Host.Scenario(other).Get(Caller("bob"))).ScenarioState.ShouldBe(ScenarioState.Stopped);
    }

    private static IEnumerable<ScenarioEventFired> Fired(RecordingRelay relay) => relay.Events.OfType<ScenarioEventFired>();

    private static string? Name(Event @event) => (@event as ScenarioEventFired)?.Event.EventId;

    private async Task<SessionId> Open(ScenarioDefinition scenario, string user = "ann")
    {
        await Login(user);
        return (await User(user).AddSession(Caller(user), new AddSession("Play", scenario))).Session.SessionId;
    }

    private Task<Position> Control(SessionId session, ScenarioControl control, string user = "ann", string? key = null) =>
        Host.Scenario(session).Control(Caller(user), Do(control, key));

    private Task<ScenarioInstanceRecord> Get(SessionId session) => Host.Scenario(session).Get(Caller("ann"));

    private static Task HaveFired(RecordingRelay relay, params string[] events) => Eventually(() => NotYetFired(relay, events));

    /// <summary>Lets the clock go in long steps, for reminders.</summary>
    private Task InMinutes(Func<string?> reasonOrNull) => Eventually(() =>
    {
        var reason = reasonOrNull();
        Time.Advance(TimeSpan.FromSeconds(reason is null ? 0 : 5));
        return reason;
    });

    /// <summary>Lets the clock go until exactly these have fired.</summary>
    private Task Fires(RecordingRelay relay, params string[] events) => Until(() => Task.FromResult(NotYetFired(relay, events)));

    /// <summary>Lets the clock stand until exactly these have fired, but timers that are set on what is due go off.</summary>
    private Task FiresNow(RecordingRelay relay, params string[] events) => Eventually(() =>
    {
        Time.Advance(TimeSpan.Zero);
        return NotYetFired(relay, events);
    });

    private static string? NotYetFired(RecordingRelay relay, string[] events)
    {
        var fired = string.Join(' ', Fired(relay).Select(f => f.Event.EventId));
        return fired == string.Join(' ', events) ? null : $"'{fired}' have fired";
    }
}
