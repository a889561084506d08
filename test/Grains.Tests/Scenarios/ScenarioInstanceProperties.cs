using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Delivery;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Scenarios;

/// <summary>
/// Over any sequence of commands, times and restarts: each event fires at most once until it is armed again, in order, and all that are due have fired. The
/// checker keeps a set of armed events and knows neither cursor nor clock of the instance.
/// </summary>
public sealed class ScenarioInstanceProperties
{
    // Rates and times for which positions are whole, so that the checker need not round as the rules do.
    private static readonly double[] Rates = [0.5, 1, 2, 4];
    private static readonly ScenarioDefinition Play = Plays.Play(0, 0, 300, 100, 100, 1_000, 999, 1_001, 5_000, 4_000, 20_000, 0);

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency(
            (6, Gen.Constant(Kind.Wait)), (6, Gen.Constant(Kind.Fire)), (1, Gen.Constant(Kind.Restore)), (5, Gen.Constant(Kind.Control)))
        from control in Gen.Elements(Enum.GetValues<ScenarioControl>())
        from number in Gen.Choose(0, 3_000)
        select new Step(kind, control, number);

    [Fact]
    public void Each_event_of_a_run_fires_once_in_order_and_when_it_is_due() => Seeded.ForAll(Steps, runs: 2_000, steps =>
    {
        var run = new Run();
        foreach (var step in steps)
        {
            run.Take(step);
        }

        run.FireAndCheck();
    });

    public enum Kind
    {
        Wait,
        Fire,
        Restore,
        Control,
    }

    public sealed record Step(Kind Kind, ScenarioControl Control, int Number);

    private sealed class Run
    {
        private readonly ScenarioEvent[] _timeline = [.. Play.ScenarioEvents!.Value.OrderBy(e => e.At)];
        private readonly SortedSet<int> _armed = [];
        private ScenarioInstance _instance = New(null);
        private DateTimeOffset _now = Start;
        private ScenarioState _state = ScenarioState.Stopped;
        private double _position;
        private double _rate = 1;
        private long _number;

        public void Take(Step step)
        {
            switch (step.Kind)
            {
                case Kind.Wait:
                    var time = TimeSpan.FromMilliseconds(step.Number * 2);
                    _now += time;
                    _position += _state == ScenarioState.Running ? time.TotalMilliseconds * _rate : 0;
                    break;
                case Kind.Fire:
                    FireAndCheck();
                    break;
                case Kind.Restore:
                    _instance = New(_instance.State);
                    break;
                default:
                    Control(step);
                    break;
            }
        }

        public void FireAndCheck()
        {
            var due = Due();
            Check(_instance.Fire(_now), due);
            _instance.IsDue(_now).ShouldBeFalse();
            _instance.EventCount.ShouldBe(_timeline.Length);
        }

        private static ScenarioInstance New(ScenarioInstanceState? state)
        {
            var instance = new ScenarioInstance();
            if (state is not null)
            {
                instance.Restore(state);
            }

            instance.Take(Play);
            return instance;
        }

        private void Control(Step step)
        {
            var rate = Rates[step.Number % Rates.Length];
            var command = new ControlScenario(step.Control, step.Number, rate);
            var due = Due();
            IReadOnlyList<Outgoing> happened;
            try
            {
                happened = _instance.Control(Id("ann"), command, _now);
            }
            catch (Refusal)
            {
                _armed.UnionWith(due);
                return;
            }

            Check(happened, due);
            Change(step, rate);
            _instance.Clock.State.ShouldBe(_state);
            _instance.Clock.PositionAt(_now).ShouldBe((long)_position);
        }

        private void Change(Step step, double rate)
        {
            _state = step.Control switch
            {
                ScenarioControl.Start or ScenarioControl.Restart or ScenarioControl.Resume => ScenarioState.Running,
                ScenarioControl.Stop => ScenarioState.Stopped,
                ScenarioControl.Pause => ScenarioState.Paused,
                _ => _state,
            };
            _rate = step.Control == ScenarioControl.SetRate ? rate : _rate;
            if (step.Control is ScenarioControl.Start or ScenarioControl.Restart or ScenarioControl.Seek)
            {
                _position = step.Control == ScenarioControl.Seek ? step.Number : 0;
                _armed.Clear();
                _armed.UnionWith(Enumerable.Range(0, _timeline.Length).Where(i => _timeline[i].At >= _position));
            }
        }

        /// <summary>What is due by now, which is not armed any more.</summary>
        private int[] Due()
        {
            if (_state != ScenarioState.Running)
            {
                return [];
            }

            int[] due = [.. _armed.Where(i => _timeline[i].At <= _position)];
            _armed.ExceptWith(due);
            return due;
        }

        private void Check(IReadOnlyList<Outgoing> happened, int[] due)
        {
            happened.Select(h => h.Event).OfType<ScenarioEventFired>().Select(f => f.Index).ShouldBe(due);
            foreach (var news in happened.Select(h => (ScenarioNews)h.Event))
            {
                news.Number.ShouldBe(++_number);
            }
        }
    }
}
