using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>
/// The rules of a scenario's clock and its timeline. It decides what happens, or refuses, and applies it; it knows no engine and no store, and is told the time.
/// </summary>
public sealed class ScenarioInstance
{
    private ImmutableArray<ScenarioEvent> _timeline = [];

    /// <summary>Null before the first command, and after the end.</summary>
    public ScenarioInstanceState? State { get; private set; }

    /// <summary>What the session was opened with; null until it was asked.</summary>
    public ScenarioDefinition? Definition { get; private set; }

    public ScenarioClock Clock => State?.Clock ?? ScenarioClock.Untouched;

    public int NextEvent => State?.NextEvent ?? 0;

    public int EventCount => _timeline.Length;

    /// <summary>The moment of the next event; null when none comes by itself.</summary>
    public DateTimeOffset? NextMoment =>
        Clock.State == ScenarioState.Running && NextEvent < _timeline.Length ? Clock.MomentOf(_timeline[NextEvent].At) : null;

    /// <summary>Whether <see cref="Fire"/> has something to take.</summary>
    public bool IsDue(DateTimeOffset now) =>
        Clock.State == ScenarioState.Running && NextEvent < _timeline.Length && _timeline[NextEvent].At <= Clock.PositionAt(now);

    /// <summary>Takes up a stored instance. Its definition follows.</summary>
    public void Restore(ScenarioInstanceState state) => State = state;

    /// <summary>Takes the definition. Events of one moment stay in the order given.</summary>
    public void Take(ScenarioDefinition definition)
    {
        Definition = definition;
        _timeline = [.. (definition.ScenarioEvents ?? []).OrderBy(e => e.At)];
    }

    /// <summary>Changes the clock; what is due by now fires first.</summary>
    public IReadOnlyList<Outgoing> Control(UserId by, ControlScenario command, DateTimeOffset now)
    {
        DemandState(command.Control);
        var due = Fire(now);
        var atMs = now.ToUnixTimeMilliseconds();
        var here = Clock with { PositionMs = Clock.PositionAt(now), AtMs = atMs };
        var clock = command.Control switch
        {
            ScenarioControl.Start or ScenarioControl.Restart => here with { State = ScenarioState.Running, PositionMs = 0, Run = here.Run + 1 },
            ScenarioControl.Stop => here with { State = ScenarioState.Stopped },
            ScenarioControl.Pause => here with { State = ScenarioState.Paused },
            ScenarioControl.Resume => here with { State = ScenarioState.Running },
            ScenarioControl.Seek => here with { PositionMs = command.PositionMs },
            ScenarioControl.SetRate => here with { Rate = command.Rate },
            _ => throw Refusal.BadRequest("There is no such change of a scenario."),
        };
        var isMoved = command.Control is ScenarioControl.Start or ScenarioControl.Restart or ScenarioControl.Seek;
        var changed = new ScenarioChanged(command.Control, by, clock) { Number = (State?.Number ?? 0) + 1 };
        State = new ScenarioInstanceState
        {
            Clock = clock,
            NextEvent = isMoved ? FirstFrom(clock.PositionMs) : NextEvent,
            Number = changed.Number,
            LastChange = changed,
        };
        return [.. due, Outgoing.Silent(changed)];
    }

    /// <summary>Takes the events that are due: they are past from now on.</summary>
    public IReadOnlyList<Outgoing> Fire(DateTimeOffset now)
    {
        var fired = new List<Outgoing>();
        while (IsDue(now))
        {
            var (state, next) = (State!, _timeline[NextEvent]);
            var dueMs = state.Clock.MomentOf(next.At).ToUnixTimeMilliseconds();
            State = state with { NextEvent = state.NextEvent + 1, Number = state.Number + 1 };
            fired.Add(Outgoing.Silent(new ScenarioEventFired(next, state.Clock.Run, state.NextEvent, dueMs) { Number = State.Number }));
        }

        return fired;
    }

    /// <summary>The session is over.</summary>
    public IReadOnlyList<Outgoing> End()
    {
        State = null;
        return [];
    }

    private int FirstFrom(long positionMs)
    {
        var first = 0;
        while (first < _timeline.Length && _timeline[first].At < positionMs)
        {
            first++;
        }

        return first;
    }

    private void DemandState(ScenarioControl control)
    {
        var state = Clock.State;
        var isRight = control switch
        {
            ScenarioControl.Start => state == ScenarioState.Stopped,
            ScenarioControl.Pause => state == ScenarioState.Running,
            ScenarioControl.Resume => state == ScenarioState.Paused,
            ScenarioControl.SetRate => true,
            _ => state != ScenarioState.Stopped,
        };
        if (!isRight)
        {
            throw new Refusal(RefusalCode.ScenarioState, state switch
            {
                ScenarioState.Running => "The scenario runs already.",
                ScenarioState.Paused => "The scenario is paused.",
                _ => "The scenario does not run.",
            });
        }
    }
}
