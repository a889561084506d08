using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class LifeTests
{
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task Concurrent_first_calls_make_one_activation()
    {
        await using var engine = await TestEngine.Start(typeof(CounterGrain));

        for (var i = 0; i < 50; i++)
        {
            var key = $"grain {i}";
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => engine.Get<ICounter>(key).Add(1))));
            (await engine.Get<ICounter>(key).Get()).ShouldBe(16);
            engine.Journal.Count($"activated {key}").ShouldBe(1);
        }

        engine.Statistics.Activations["counter"].ShouldBe(50);
    }

    [Fact]
    public async Task A_failed_activation_fails_the_calls_that_wait_and_leaves_nothing_behind()
    {
        await using var engine = await TestEngine.Start(typeof(MoodyGrain));
        var grain = engine.Get<IMoody>();

        var calls = new[] { grain.Hello(), grain.Hello(), grain.Hello() };
        await engine.Gates.Arrival("activate");
        engine.Gates.Open("activate");
        foreach (var call in calls)
        {
            (await Should.ThrowAsync<FormatException>(call)).Message.ShouldBe("in no mood");
        }

        await Eventually(() => engine.Statistics.Activations["moody"] == 0 ? null : "the activation is still there");
        engine.Journal.Add("good mood");
        (await grain.Hello()).ShouldBe("hello");
    }

    [Fact]
    public async Task A_failing_constructor_fails_the_call()
    {
        await using var engine = await TestEngine.Start(typeof(StillbornGrain));

        (await Should.ThrowAsync<FormatException>(engine.Get<IStillborn>().Hello())).Message.ShouldBe("not today");
        engine.Statistics.Activations["stillborn"].ShouldBe(0);
    }

    [Fact]
    public async Task An_idle_grain_is_deactivated_and_comes_back_with_its_state()
    {
        await using var engine = await TestEngine.Start(typeof(CounterGrain));
        var grain = engine.Get<ICounter>();
        await grain.Add(5);
        await grain.Save();

        engine.Time.Advance(IdleTimeout - TimeSpan.FromSeconds(5));
        engine.Statistics.Activations["counter"].ShouldBe(1);
        engine.Time.Advance(TimeSpan.FromSeconds(10));
        await engine.Journal.Has("deactivated one: ActivationIdle");
        await Eventually(() => engine.Statistics.Activations["counter"] == 0 ? null : "it is still there");

        (await grain.Get()).ShouldBe(5);
        engine.Journal.Count("activated one").ShouldBe(2);
    }

    [Fact]
    public async Task A_grain_in_use_is_not_idle()
    {
        await using var engine = await TestEngine.Start(typeof(CounterGrain));
        var grain = engine.Get<ICounter>();

        for (var i = 0; i < 4; i++)
        {
            await grain.Add(1);
            engine.Time.Advance(IdleTimeout / 2);
        }

        (await grain.Get()).ShouldBe(4);
        engine.Journal.Count("activated one").ShouldBe(1);
    }

    [Fact]
    public async Task DelayDeactivation_keeps_an_idle_grain()
    {
        await using var engine = await TestEngine.Start(typeof(CounterGrain));
        var grain = engine.Get<ICounter>();
        await grain.Stay(IdleTimeout * 2);

        engine.Time.Advance(IdleTimeout * 1.5);
        await grain.Get();
        engine.Journal.Count("activated one").ShouldBe(1);

        engine.Time.Advance(IdleTimeout * 1.5);
        await engine.Journal.Has("deactivated one: ActivationIdle");
    }

    [Fact]
    public async Task DeactivateOnIdle_lets_present_calls_end_and_sends_new_ones_to_the_next_activation()
    {
        await using var engine = await TestEngine.Start(typeof(CounterGrain));
        var grain = engine.Get<ICounter>();
        await grain.Add(5);
        await grain.Save();
        await grain.Add(1);

        var leaving = grain.Leave("here");
        await engine.Gates.Arrival("here");
        var later = grain.Get();
        engine.Gates.Open("here");

        (await leaving).ShouldBe(6);
        (await later).ShouldBe(5);
        engine.Journal.Count("deactivated one: ApplicationRequested").ShouldBe(1);
    }

    [Fact]
    public async Task Calls_that_arrive_during_deactivation_wait_for_the_next_activation()
    {
        await using var engine = await TestEngine.Start(typeof(LeavingGrain));
        var grain = engine.Get<ILeaving>();
        (await grain.Leave()).ShouldBe(1);
        await engine.Gates.Arrival("deactivate");

        var waiting = Enumerable.Range(0, 10).Select(_ => grain.Activation()).ToList();
        waiting.ShouldAllBe(call => !call.IsCompleted);
        engine.Gates.Open("deactivate");

        (await Task.WhenAll(waiting)).ShouldAllBe(activation => activation == 2);
    }

    [Fact]
    public async Task A_grain_that_ends_is_disposed_and_collected_though_somebody_keeps_a_reference_to_it()
    {
        await using var engine = await TestEngine.Start(typeof(HeavyGrain));
        var grain = engine.Get<IHeavy>();
        var weak = await grain.Leave();
        await engine.Journal.Has("disposed");

        await Eventually(() =>
        {
            GC.Collect();
            return weak.IsAlive ? "the grain is still in memory" : null;
        });
        (await grain.Leave()).ShouldNotBe(weak);
    }

    [Fact]
    public async Task A_grain_that_leaves_while_it_activates_still_answers_its_first_call()
    {
        await using var engine = await TestEngine.Start(typeof(FleetingGrain));
        var grain = engine.Get<IFleeting>();

        (await Task.WhenAll(grain.Hello(), grain.Hello(), grain.Hello())).ShouldBe(["hello", "hello", "hello"]);
    }

    [Fact]
    public async Task What_a_grain_left_running_goes_on_after_its_end()
    {
        await using var engine = await TestEngine.Start(typeof(ForgetfulGrain));
        await engine.Get<IForgetful>().StartAndLeave();
        await Eventually(() => engine.Statistics.Activations["forgetful"] == 0 ? null : "it is still there");

        engine.Gates.Open("rest");
        await engine.Journal.Has("rest done");
    }

    internal interface ICounter : IGrainWithStringKey
    {
        Task Add(int number);

        Task<int> Get();

        Task Save();

        Task Stay(TimeSpan time);

        Task<int> Leave(string gate);
    }

    internal sealed class Count
    {
        public int Value { get; set; }
    }

    internal sealed class CounterGrain(
        Gates gates, Journal journal, [PersistentState("count")] IPersistentState<Count> count) : Grain, ICounter
    {
        public override async Task OnActivateAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            journal.Add($"activated {this.GetPrimaryKeyString()}");
        }

        public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
        {
            journal.Add($"deactivated {this.GetPrimaryKeyString()}: {reason.ReasonCode}");
            return Task.CompletedTask;
        }

        public Task Add(int number)
        {
            count.State.Value += number;
            return Task.CompletedTask;
        }

        public Task<int> Get() => Task.FromResult(count.State.Value);

        public Task Save() => count.WriteStateAsync();

        public Task Stay(TimeSpan time)
        {
            DelayDeactivation(time);
            return Task.CompletedTask;
        }

        public async Task<int> Leave(string gate)
        {
            DeactivateOnIdle();
            await gates.Pass(gate);
            return count.State.Value;
        }
    }

    internal interface IMoody : IGrainWithStringKey
    {
        Task<string> Hello();
    }

    internal sealed class MoodyGrain(Gates gates, Journal journal) : Grain, IMoody
    {
        public override async Task OnActivateAsync(CancellationToken cancellationToken)
        {
            await gates.Pass("activate");
            if (journal.Count("good mood") == 0)
            {
                throw new FormatException("in no mood");
            }
        }

        public Task<string> Hello() => Task.FromResult("hello");
    }

    internal interface IStillborn : IGrainWithStringKey
    {
        Task Hello();
    }

    internal sealed class StillbornGrain : Grain, IStillborn
    {
        public StillbornGrain() => throw new FormatException("not today");

        public Task Hello() => Task.CompletedTask;
    }

    internal interface ILeaving : IGrainWithStringKey
    {
        Task<int> Leave();

        Task<int> Activation();
    }

    internal sealed class LeavingGrain(Gates gates, Journal journal) : Grain, ILeaving
    {
        private int _activation;

        public override Task OnActivateAsync(CancellationToken cancellationToken)
        {
            journal.Add("activated");
            _activation = journal.Count("activated");
            return Task.CompletedTask;
        }

        public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
            gates.Pass("deactivate");

        public Task<int> Leave()
        {
            DeactivateOnIdle();
            return Activation();
        }

        public Task<int> Activation() => Task.FromResult(_activation);
    }

    internal interface IFleeting : IGrainWithStringKey
    {
        Task<string> Hello();
    }

    internal sealed class FleetingGrain : Grain, IFleeting
    {
        public override Task OnActivateAsync(CancellationToken cancellationToken)
        {
            DeactivateOnIdle();
            return Task.CompletedTask;
        }

        public Task<string> Hello() => Task.FromResult("hello");
    }

    internal interface IHeavy : IGrainWithStringKey
    {
        Task<WeakReference> Leave();
    }

    internal sealed class HeavyGrain(Journal journal) : Grain, IHeavy, IDisposable
    {
        public Task<WeakReference> Leave()
        {
            DeactivateOnIdle();
            return Task.FromResult(new WeakReference(this));
        }

        public void Dispose() => journal.Add("disposed");
    }

    internal interface IForgetful : IGrainWithStringKey
    {
        Task StartAndLeave();
    }

    internal sealed class ForgetfulGrain(Gates gates, Journal journal) : Grain, IForgetful
    {
        public Task StartAndLeave()
        {
            _ = Rest();
            DeactivateOnIdle();
            return Task.CompletedTask;
        }

        private async Task Rest()
        {
            await gates.Pass("rest");
            journal.Add("rest done");
        }
    }
}
