using Orchestrator.Delivery;
using static Orchestrator.Support.People;
using static Orchestrator.Support.Plays;

namespace Orchestrator.Scenarios;

public sealed class ScenarioInstanceTests
{
    private ScenarioInstance _instance = new();
    private DateTimeOffset _now = Start;

    [Fact]
    public void The_last_event_of_the_longest_scenario_at_the_slowest_rate_has_a_moment()
    {
        var instance = new ScenarioInstance();
        instance.Take(new ScenarioDefinition("play", ScenarioEvents: [new ScenarioEvent((3_650L * 86_400_000) - 1, "e")]));
        instance.Control(Id("ann"), Rate(0.001), Start);
        instance.Control(Id("ann"), Do(ScenarioControl.Start), Start);

        instance.NextMoment!.Value.Year.ShouldBe(9999);
    }

    [Fact]
    public void Nobody_has_started_it_at_first()
    {
        _instance.Take(Play(0));
        _instance.Clock.ShouldBe(ScenarioClock.Untouched);
        _instance.NextMoment.ShouldBeNull();
        After(10_000).ShouldBeEmpty();
        _instance.State.ShouldBeNull();
    }

    [Fact]
    public void Events_fire_when_their_time_has_come_in_order_and_once()
    {
        _instance.Take(Play(2_000, 1_000, 1_000));
        Control(ScenarioControl.Start);

        _instance.NextMoment.ShouldBe(Start.AddSeconds(1));
        After(999).ShouldBeEmpty();
        After(1).ShouldBe(["e1", "e2"]);
        After(0).ShouldBeEmpty();
        _instance.NextEvent.ShouldBe(2);
        After(5_000).ShouldBe(["e0"]);
        _instance.NextMoment.ShouldBeNull();
        After(5_000).ShouldBeEmpty();
    }

    [Fact]
    public void An_event_says_when_it_was_due_its_place_and_its_run()
    {
        _instance.Take(Play(500, 1_000));
        Control(ScenarioControl.Start);
        _now += TimeSpan.FromSeconds(3);

        var fired = _instance.Fire(_now).Select(o => o.Event).Cast<ScenarioEventFired>().ToArray();

        fired.Select(f => (f.Index, f.Run, f.DueMs - Start.ToUnixTimeMilliseconds(), f.Number)).ShouldBe([(0, 1, 500, 2), (1, 1, 1_000, 3)]);
    }

    [Fact]
    public void A_paused_clock_stands_and_goes_on_from_there()
    {
        _instance.Take(Play(1_000));
        Control(ScenarioControl.Start);
        After(600);
        Control(ScenarioControl.Pause);
        _instance.NextMoment.ShouldBeNull();
        After(10_000).ShouldBeEmpty();
        _instance.Clock.PositionAt(_now).ShouldBe(600);
        Control(ScenarioControl.Resume);
        After(399).ShouldBeEmpty();
        After(1).ShouldBe(["e0"]);
    }

    [Theory]
    [InlineData(2, 500)]
    [InlineData(0.5, 2_000)]
    [InlineData(0.3, 3_334)]
    [InlineData(0.1, 10_000)]
    [InlineData(10, 100)]
    [InlineData(0.7, 1_429)]
    public void A_rate_stretches_the_time(double rate, int milliseconds)
    {
        _instance.Take(Play(1_000));
        Control(Rate(rate));
        Control(ScenarioControl.Start);
        _instance.NextMoment.ShouldBe(Start.AddMilliseconds(milliseconds));
        After(milliseconds - 1).ShouldBeEmpty();
        After(1).ShouldBe(["e0"]);
    }

    [Fact]
    public void A_rate_that_changes_on_the_way_counts_from_then()
    {
        _instance.Take(Play(1_000, 2_000));
        Control(ScenarioControl.Start);
        After(1_000).ShouldBe(["e0"]);
        Control(Rate(4));
        After(249).ShouldBeEmpty();
        After(1).ShouldBe(["e1"]);
    }

    [Fact]
    public void A_seek_forward_passes_over_what_lies_between()
    {
        _instance.Take(Play(1_000, 2_000, 3_000));
        Control(ScenarioControl.Start);
        Control(Seek(2_000)).ShouldBeEmpty();
        _instance.NextEvent.ShouldBe(1);
        After(0).ShouldBe(["e1"]);
        After(1_000).ShouldBe(["e2"]);
    }

    [Fact]
    public void A_seek_back_arms_again_what_comes()
    {
        _instance.Take(Play(1_000, 2_000));
        Control(ScenarioControl.Start);
        After(2_000).ShouldBe(["e0", "e1"]);
        Control(Seek(1_500));
        After(500).ShouldBe(["e1"]);
    }

    [Fact]
    public void A_seek_while_paused_moves_a_clock_that_stands()
    {
        _instance.Take(Play(1_000));
        Control(ScenarioControl.Start);
        Control(ScenarioControl.Pause);
        Control(Seek(900));
        After(5_000).ShouldBeEmpty();
        Control(ScenarioControl.Resume);
        After(100).ShouldBe(["e0"]);
    }

    [Fact]
    public void A_restart_begins_again_and_is_another_run()
    {
        _instance.Take(Play(1_000));
        Control(ScenarioControl.Start);
        After(1_000).ShouldBe(["e0"]);
        Control(ScenarioControl.Restart);
        _instance.Clock.ShouldBe(new ScenarioClock(ScenarioState.Running, 0, _now.ToUnixTimeMilliseconds(), 1, 2));
        After(1_000).ShouldBe(["e0"]);
    }

    [Fact]
    public void What_is_stopped_fires_nothing_and_starts_from_the_beginning_at_its_rate()
    {
        _instance.Take(Play(1_000));
        Control(Rate(2));
        Control(ScenarioControl.Start);
        After(100);
        Control(ScenarioControl.Stop);
        _instance.Clock.PositionMs.ShouldBe(200);
        After(10_000).ShouldBeEmpty();
        Control(ScenarioControl.Start);
        _instance.Clock.ShouldBe(new ScenarioClock(ScenarioState.Running, 0, _now.ToUnixTimeMilliseconds(), 2, 2));
        After(500).ShouldBe(["e0"]);
    }

    [Theory]
    [InlineData(ScenarioControl.Pause)]
    [InlineData(ScenarioControl.Stop)]
    [InlineData(ScenarioControl.Restart)]
    [InlineData(ScenarioControl.SetRate)]
    public void What_is_due_fires_before_the_clock_changes(ScenarioControl control)
    {
        _instance.Take(Play(1_000));
        Control(ScenarioControl.Start);
        _now += TimeSpan.FromSeconds(1);
        Control(control).ShouldBe(["e0"]);
    }

    [Theory]
    [InlineData("", "Restart Stop Pause Resume Seek")]
    [InlineData("Start", "Start Resume")]
    [InlineData("Start Pause", "Start Pause")]
    [InlineData("Start Stop", "Restart Stop Pause Resume Seek")]
    public void A_command_in_the_wrong_state_is_refused_and_changes_nothing(string before, string refused)
    {
        _instance.Take(Play(1_000));
        foreach (var control in Parse(before))
        {
            Control(control);
        }

        var state = _instance.State;
        foreach (var control in Enum.GetValues<ScenarioControl>())
        {
            var isRefused = Parse(refused).Contains(control);
            if (isRefused)
            {
                RefusalOf(() => Control(control)).ShouldBe(RefusalCode.ScenarioState, $"{control}");
                _instance.State.ShouldBe(state);
            }
            else
            {
                Copy().Control(Id("ann"), Do(control), _now).ShouldNotBeEmpty();
            }
        }
    }

    [Fact]
    public void What_was_stored_goes_on_and_fires_nothing_twice()
    {
        _instance.Take(Play(1_000, 2_000, 3_000));
        Control(ScenarioControl.Start);
        After(1_000).ShouldBe(["e0"]);

        _instance = Copy();

        After(1_500).ShouldBe(["e1"]);
    }

    [Fact]
    public void Without_its_definition_nothing_is_due()
    {
        _instance.Take(Play(0));
        Control(ScenarioControl.Start);
        var restored = new ScenarioInstance();
        restored.Restore(_instance.State!);
        restored.NextMoment.ShouldBeNull();
        restored.IsDue(_now).ShouldBeFalse();
    }

    [Fact]
    public void News_are_numbered_without_gaps()
    {
        _instance.Take(Play(0, 0, 1_000));
        var news = new List<Outgoing>();
        news.AddRange(_instance.Control(Id("ann"), Do(ScenarioControl.Start), _now));
        news.AddRange(_instance.Fire(_now));
        news.AddRange(_instance.Control(Id("ann"), Do(ScenarioControl.Stop), _now.AddSeconds(2)));
        news.Select(n => ((ScenarioNews)n.Event).Number).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public void After_the_end_nothing_is_left()
    {
        _instance.Take(Play(0));
        Control(ScenarioControl.Start);
        _instance.End();
        _instance.State.ShouldBeNull();
        After(1).ShouldBeEmpty();
    }

    [Fact]
    public void A_clock_of_the_server_that_goes_back_holds_the_scenario()
    {
        _instance.Take(Play(1_000));
        Control(ScenarioControl.Start);
        _instance.Clock.PositionAt(Start.AddHours(-1)).ShouldBe(0);
        After(1_000).ShouldBe(["e0"]);
    }

    private static ScenarioControl[] Parse(string controls) =>
        [.. controls.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<ScenarioControl>)];

    private static string[] Names(IReadOnlyList<Outgoing> happened) =>
        [.. happened.Select(h => h.Event).OfType<ScenarioEventFired>().Select(f => f.Event.EventId)];

    private ScenarioInstance Copy()
    {
        var copy = new ScenarioInstance();
        if (_instance.State is { } state)
        {
            copy.Restore(state);
        }

        copy.Take(_instance.Definition!);
        return copy;
    }

    private string[] Control(ScenarioControl control) => Control(Do(control));

    /// <summary>Gives a command; the events that fired by it.</summary>
    private string[] Control(ControlScenario command) => Names(_instance.Control(Id("ann"), command, _now));

    /// <summary>The events that are due after so many milliseconds.</summary>
    private string[] After(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        return Names(_instance.Fire(_now));
    }
}
