using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class StopTests
{
    [Fact]
    public async Task Stopping_deactivates_every_grain_and_lets_its_present_call_end()
    {
        await using var engine = await TestEngine.Start(typeof(WorkerGrain));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => engine.Get<IWorker>($"{i}").Hello()));
        var working = engine.Get<IWorker>("0").Work("work");
        await engine.Gates.Arrival("work");

        var stop = engine.Stop(TestContext.Current.CancellationToken);
        await engine.Journal.Has("ShuttingDown", times: 99);
        stop.IsCompleted.ShouldBeFalse();
        engine.Gates.Open("work");
        await working;
        await stop;

        engine.Journal.Count("ShuttingDown").ShouldBe(100);
        engine.Statistics.Activations["worker"].ShouldBe(0);
    }

    [Fact]
    public async Task A_call_after_the_stop_fails_and_says_why()
    {
        await using var engine = await TestEngine.Start(typeof(WorkerGrain));
        var grain = engine.Get<IWorker>();
        await grain.Hello();
        await engine.Stop(TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<EngineStoppedException>(grain.Hello())).Message
            .ShouldBe("worker/one cannot be called: the engine has stopped.");
        await Should.ThrowAsync<EngineStoppedException>(engine.Get<IWorker>("another").Hello());
    }

    [Fact]
    public async Task The_host_waits_no_longer_than_it_wants_to_and_no_caller_is_left_waiting()
    {
        await using var engine = await TestEngine.Start(typeof(WorkerGrain));
        var grain = engine.Get<IWorker>();
        var working = grain.Work("never");
        await engine.Gates.Arrival("never");
        var waiting = grain.Hello();
        using var patience = new CancellationTokenSource();

        var stop = engine.Stop(patience.Token);
        stop.IsCompleted.ShouldBeFalse();
        await patience.CancelAsync();
        await stop;

        await Should.ThrowAsync<EngineStoppedException>(working);
        await Should.ThrowAsync<EngineStoppedException>(waiting);
        await engine.Log.Has("1 grains were not done when the host stopped.");
    }

    [Fact]
    public async Task A_grain_that_is_made_while_the_engine_stops_ends_too()
    {
        await using var engine = await TestEngine.Start(typeof(LateGrain));
        var call = engine.Get<ILate>().Hello();
        await engine.Gates.Arrival("activate");

        var stop = engine.Stop(TestContext.Current.CancellationToken);
        engine.Gates.Open("activate");

        await stop.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        (await call).ShouldBe("hello");
    }

    internal interface IWorker : IGrainWithStringKey
    {
        Task Hello();

        Task Work(string gate);
    }

    internal sealed class WorkerGrain(Gates gates, Journal journal) : Grain, IWorker
    {
        public Task Hello() => Task.CompletedTask;

        public Task Work(string gate) => gates.Pass(gate);

        public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
        {
            await Task.Yield();
            journal.Add($"{reason.ReasonCode}");
        }
    }

    internal interface ILate : IGrainWithStringKey
    {
        Task<string> Hello();
    }

    internal sealed class LateGrain(Gates gates) : Grain, ILate
    {
        public override Task OnActivateAsync(CancellationToken cancellationToken) => gates.Pass("activate");

        public Task<string> Hello() => Task.FromResult("hello");
    }
}
