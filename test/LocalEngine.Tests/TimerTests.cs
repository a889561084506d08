using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_timer_ticks_after_its_due_time_and_then_every_period()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        await engine.Get<ITicking>().Start("tick", Timing(5, 10));

        engine.Time.Advance(4 * Second);
        engine.Journal.Lines.ShouldBeEmpty();
        engine.Time.Advance(Second);
        await engine.Journal.Has("tick");
        await IsArmed(engine);
        engine.Time.Advance(9 * Second);
        engine.Journal.Count("tick").ShouldBe(1);
        engine.Time.Advance(Second);
        await engine.Journal.Has("tick", times: 2);
    }

    [Fact]
    public async Task A_timer_with_an_infinite_period_ticks_once()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        var grain = engine.Get<ITicking>();
        await grain.Start("tick", new GrainTimerCreationOptions(Second, Timeout.InfiniteTimeSpan));

        engine.Time.Advance(Second);
        await engine.Journal.Has("tick");
        engine.Time.Advance(60 * Second);
        await grain.Nothing();
        engine.Journal.Count("tick").ShouldBe(1);
    }

    [Fact]
    public async Task A_tick_waits_for_the_present_request_unless_it_interleaves()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        var grain = engine.Get<ITicking>();
        await grain.Start("polite", Timing(1, 1));
        await grain.Start("pushy", Timing(1, 1) with { Interleave = true });
        var wait = grain.Wait("request");
        await engine.Gates.Arrival("request");

        engine.Time.Advance(Second);
        await engine.Journal.Has("pushy");
        engine.Journal.Count("polite").ShouldBe(0);
        engine.Gates.Open("request");
        await wait;
        await engine.Journal.Has("polite");
    }

    [Fact]
    public async Task A_request_waits_for_a_tick_that_awaits()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        var grain = engine.Get<ITicking>();
        await grain.StartSlow("slow", Timing(1, 1));
        engine.Time.Advance(Second);
        await engine.Gates.Arrival("slow");

        var call = grain.Nothing();
        engine.Time.Advance(10 * Second); // no second tick: the first one is not over
        call.IsCompleted.ShouldBeFalse();
        engine.Gates.Open("slow");
        await call;
        engine.Journal.Count("slow begins").ShouldBe(1);
    }

    [Fact]
    public async Task A_failing_tick_is_logged_and_the_next_one_comes()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        await engine.Get<ITicking>().Start("fail", Timing(1, 1));

        engine.Time.Advance(Second);
        await engine.Log.Has("A timer of ticking/one failed.");
        await IsArmed(engine);
        engine.Time.Advance(Second);
        await engine.Journal.Has("fail", times: 2);
    }

    [Fact]
    public async Task A_disposed_timer_ticks_no_more_and_a_changed_one_ticks_when_it_now_should()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        var grain = engine.Get<ITicking>();
        await grain.Start("ended", Timing(1, 1));
        await grain.EndTimers();
        await grain.Start("changed", Timing(1000, 1));
        await grain.ChangeTimers(Second);

        engine.Time.Advance(2 * Second);
        await engine.Journal.Has("changed");
        engine.Journal.Count("ended").ShouldBe(0);
    }

    [Fact]
    public async Task Timers_end_with_their_activation_and_do_not_keep_it()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        await engine.Get<ITicking>().Start("tick", Timing(60, 60));
        var waiting = engine.Time.TimersWaiting;

        for (var minute = 0; minute < 17; minute++)
        {
            engine.Time.Advance(60 * Second);
            await Eventually(() => engine.Time.TimersWaiting == waiting || engine.Statistics.Activations["ticking"] == 0
                ? null
                : "the tick is not over");
        }

        await Eventually(() => engine.Statistics.Activations["ticking"] == 0 ? null : "the grain is still there");
        engine.Time.TimersWaiting.ShouldBe(waiting - 1);
    }

    [Fact]
    public async Task A_timer_that_keeps_alive_keeps_its_activation()
    {
        await using var engine = await TestEngine.Start(typeof(TickingGrain));
        await engine.Get<ITicking>().Start("tick", Timing(60, 60) with { KeepAlive = true });

        for (var minute = 1; minute <= 20; minute++)
        {
            engine.Time.Advance(60 * Second);
            await engine.Journal.Has("tick", minute);
            await IsArmed(engine);
        }

        engine.Statistics.Activations["ticking"].ShouldBe(1);
    }

    private static GrainTimerCreationOptions Timing(int due, int period) => new(due * Second, period * Second);

    // The sweep's timer is always there; the grain's own one is set anew when its tick is over.
    private static Task IsArmed(TestEngine engine) =>
        Eventually(() => engine.Time.TimersWaiting == 2 ? null : "the timer is not set");

    internal interface ITicking : IGrainWithStringKey
    {
        Task Start(string name, GrainTimerCreationOptions options);

        Task StartSlow(string gate, GrainTimerCreationOptions options);

        Task Wait(string gate);

        Task EndTimers();

        Task ChangeTimers(TimeSpan dueTime);

        Task Nothing();
    }

    internal sealed class TickingGrain(Gates gates, Journal journal) : Grain, ITicking
    {
        private readonly List<IGrainTimer> _timers = [];

        public Task Start(string name, GrainTimerCreationOptions options)
        {
            _timers.Add(this.RegisterGrainTimer(_ => Tick(name), options));
            return Task.CompletedTask;
        }

        public Task StartSlow(string gate, GrainTimerCreationOptions options)
        {
            this.RegisterGrainTimer(
                async _ =>
                {
                    journal.Add($"{gate} begins");
                    await gates.Pass(gate);
                },
                options);
            return Task.CompletedTask;
        }

        public Task Wait(string gate) => gates.Pass(gate);

        public Task EndTimers()
        {
            _timers.ForEach(timer => timer.Dispose());
            return Task.CompletedTask;
        }

        public Task ChangeTimers(TimeSpan dueTime)
        {
            _timers.ForEach(timer => timer.Change(dueTime, Timeout.InfiniteTimeSpan));
            return Task.CompletedTask;
        }

        public Task Nothing() => Task.CompletedTask;

        private Task Tick(string name)
        {
            journal.Add(name);
            return name == "fail" ? throw new FormatException("tick failed") : Task.CompletedTask;
        }
    }
}
