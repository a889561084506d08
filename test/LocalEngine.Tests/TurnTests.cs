using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class TurnTests
{
    [Fact]
    public async Task Two_turns_of_a_grain_never_run_at_the_same_time()
    {
        await using var engine = await TestEngine.Start(typeof(BusyGrain));
        var grain = engine.Get<IBusy>();

        var overlaps = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(() => grain.Work(awaits: 20))));

        overlaps.Sum().ShouldBe(0);
        (await grain.Done()).ShouldBe(500 * 20);
    }

    [Fact]
    public async Task A_grain_ends_one_request_before_it_begins_the_next()
    {
        await using var engine = await TestEngine.Start(typeof(PatientGrain));
        var grain = engine.Get<IPatient>();

        var first = grain.Wait("first");
        var second = grain.Wait("second");
        await engine.Gates.Arrival("first");
        engine.Gates.Open("second");
        engine.Gates.HasArrived("second").ShouldBeFalse();
        engine.Gates.Open("first");
        await Task.WhenAll(first, second);

        engine.Journal.Lines.ShouldBe(["begin first", "end first", "begin second", "end second"]);
    }

    [Fact]
    public async Task A_reentrant_grain_begins_a_request_while_another_one_awaits()
    {
        await using var engine = await TestEngine.Start(typeof(OpenGrain));
        var grain = engine.Get<IOpen>();

        var first = grain.Wait("first");
        var second = grain.Wait("second");
        await engine.Gates.Arrival("second");
        engine.Gates.Open("second");
        await second;
        first.IsCompleted.ShouldBeFalse();
        engine.Gates.Open("first");
        await first;

        engine.Journal.Lines.ShouldBe(["begin first", "begin second", "end second", "end first"]);
    }

    [Fact]
    public async Task An_always_interleaving_method_runs_beside_a_request_that_awaits()
    {
        await using var engine = await TestEngine.Start(typeof(PatientGrain));
        var grain = engine.Get<IPatient>();

        var waiting = grain.Wait("first");
        await engine.Gates.Arrival("first");
        var queued = grain.Wait("second");
        (await grain.Peek()).ShouldBe(1);
        engine.Gates.Open("first");
        engine.Gates.Open("second");
        await Task.WhenAll(waiting, queued);
    }

    [Fact]
    public async Task An_interleaving_call_that_came_during_activation_does_not_wait_behind_ordinary_ones()
    {
        await using var engine = await TestEngine.Start(typeof(SlowStartGrain));
        var grain = engine.Get<ISlowStart>();

        var first = grain.WaitForPeek();
        var second = grain.Nothing();
        var peek = grain.Peek();
        engine.Gates.Open("activate");

        await Task.WhenAll(first, second, peek).WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_follows_an_await_comes_back_to_the_grain()
    {
        await using var engine = await TestEngine.Start(typeof(BusyGrain));

        (await engine.Get<IBusy>().ComesBack()).ShouldBeTrue();
    }

    [Fact]
    public async Task Requests_of_one_caller_are_processed_in_the_order_sent()
    {
        await using var engine = await TestEngine.Start(typeof(OrderedGrain));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(() => SendNumbers(engine, $"caller {caller}"))));

        foreach (var caller in Enumerable.Range(0, 4).Select(i => $"caller {i}"))
        {
            engine.Journal.Lines.Where(line => line.StartsWith(caller, StringComparison.Ordinal))
                .ShouldBe(Enumerable.Range(0, 500).Select(i => $"{caller}: {i}"));
        }
    }

    [Fact]
    public async Task The_order_holds_while_activations_come_and_go()
    {
        await using var engine = await TestEngine.Start(typeof(ShortLivedGrain));
        var grain = engine.Get<IShortLived>();

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(grain.Note));

        engine.Journal.Lines.Where(line => line != "ended").ShouldBe(Enumerable.Range(0, 1000).Select(i => $"{i}"));
        engine.Journal.Count("ended").ShouldBeGreaterThan(10);
    }

    private static Task SendNumbers(TestEngine engine, string caller)
    {
        var grain = engine.Get<IOrdered>();
        return Task.WhenAll(Enumerable.Range(0, 500).Select(i => grain.Note($"{caller}: {i}")));
    }

    internal interface IBusy : IGrainWithStringKey
    {
        Task<int> Work(int awaits);

        Task<int> Done();

        Task<bool> ComesBack();
    }

    [Reentrant]
    internal sealed class BusyGrain : Grain, IBusy
    {
        private int _done;
        private int _inside;

        public async Task<int> Work(int awaits)
        {
            var overlaps = 0;
            for (var i = 0; i < awaits; i++)
            {
                overlaps += Interlocked.Increment(ref _inside) == 1 ? 0 : 1;
                _done++; // not atomic: an overlap loses some
                Thread.SpinWait(20);
                Interlocked.Decrement(ref _inside);
                await Task.Yield();
            }

            return overlaps;
        }

        public Task<int> Done() => Task.FromResult(_done);

        public async Task<bool> ComesBack()
        {
            var context = SynchronizationContext.Current;
            await Task.Run(() => { });
            return context is not null && SynchronizationContext.Current == context;
        }
    }

    internal interface IPatient : IGrainWithStringKey
    {
        Task Wait(string gate);

        [AlwaysInterleave]
        Task<int> Peek();
    }

    internal sealed class PatientGrain(Gates gates, Journal journal) : Grain, IPatient
    {
        private int _begun;

        public async Task Wait(string gate)
        {
            _begun++;
            journal.Add($"begin {gate}");
            await gates.Pass(gate);
            journal.Add($"end {gate}");
        }

        public Task<int> Peek() => Task.FromResult(_begun);
    }

    internal interface IOpen : IGrainWithStringKey
    {
        Task Wait(string gate);
    }

    [Reentrant]
    internal sealed class OpenGrain(Gates gates, Journal journal) : Grain, IOpen
    {
        public async Task Wait(string gate)
        {
            journal.Add($"begin {gate}");
            await gates.Pass(gate);
            journal.Add($"end {gate}");
        }
    }

    internal interface ISlowStart : IGrainWithStringKey
    {
        Task WaitForPeek();

        Task Nothing();

        [AlwaysInterleave]
        Task Peek();
    }

    internal sealed class SlowStartGrain(Gates gates) : Grain, ISlowStart
    {
        public override Task OnActivateAsync(CancellationToken cancellationToken) => gates.Pass("activate");

        public Task WaitForPeek() => gates.Arrival("peek");

        public Task Nothing() => Task.CompletedTask;

        public Task Peek()
        {
            gates.Open("peek");
            return gates.Pass("peek");
        }
    }

    internal interface IOrdered : IGrainWithStringKey
    {
        Task Note(string line);
    }

    internal sealed class OrderedGrain(Journal journal) : Grain, IOrdered
    {
        public async Task Note(string line)
        {
            journal.Add(line);
            await Task.Yield();
        }
    }

    internal interface IShortLived : IGrainWithStringKey
    {
        Task Note(int number);
    }

    internal sealed class ShortLivedGrain(Journal journal) : Grain, IShortLived
    {
        public async Task Note(int number)
        {
            journal.Add($"{number}");
            if (number % 7 == 0)
            {
                DeactivateOnIdle();
                await Task.Yield();
            }
        }

        public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
        {
            await Task.Yield();
            journal.Add("ended");
        }
    }
}
