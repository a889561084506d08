using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class TimeoutTests
{
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(35);

    [Fact]
    public async Task A_call_that_takes_too_long_fails_and_the_failure_names_grain_key_and_method()
    {
        await using var engine = await TestEngine.Start(typeof(SlowGrain));
        var call = engine.Get<ISlow>("snail").Crawl("forever");
        await engine.Gates.Arrival("forever");

        engine.Time.Advance(TimeSpan.FromSeconds(28));
        call.IsCompleted.ShouldBeFalse();
        engine.Time.Advance(TimeSpan.FromSeconds(4));

        var message = (await Should.ThrowAsync<TimeoutException>(call)).Message;
        message.ShouldContain("slow/snail");
        message.ShouldContain("ISlow.Crawl");
        message.ShouldContain("00:00:30");
    }

    [Fact]
    public async Task A_grain_that_calls_itself_gets_a_time_out_and_lives_on()
    {
        await using var engine = await TestEngine.Start(typeof(SlowGrain));
        var grain = engine.Get<ISlow>();
        var call = grain.CallItself();
        await engine.Gates.Arrival("calling");

        engine.Time.Advance(AWhile);

        // The outer call has timed out as well, for it is as old; but the grain has got its own answer and goes on.
        await Should.ThrowAsync<TimeoutException>(call);
        await engine.Journal.Has("gave up on ISlow.Number");
        (await grain.Number()).ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_timed_out_before_its_turn_is_not_made()
    {
        await using var engine = await TestEngine.Start(typeof(SlowGrain));
        var grain = engine.Get<ISlow>();
        var first = grain.Crawl("first");
        var second = grain.Number();
        await engine.Gates.Arrival("first");

        engine.Time.Advance(AWhile);
        await Should.ThrowAsync<TimeoutException>(first);
        await Should.ThrowAsync<TimeoutException>(second);
        engine.Gates.Open("first");

        (await grain.Number()).ShouldBe(1);
    }

    [Fact]
    public async Task An_activation_that_takes_too_long_is_given_up()
    {
        await using var engine = await TestEngine.Start(typeof(SleepyGrain));
        var grain = engine.Get<ISleepy>();
        var call = grain.Hello();
        await engine.Gates.Arrival("activate");

        engine.Time.Advance(AWhile);
        await Should.ThrowAsync<TimeoutException>(call);
        await Eventually(() => engine.Statistics.Activations["sleepy"] == 0 ? null : "it is still there");
        engine.Gates.Open("activate");

        (await grain.Hello()).ShouldBe("hello");
    }

    [Fact]
    public async Task A_deactivation_that_takes_too_long_is_given_up()
    {
        await using var engine = await TestEngine.Start(typeof(ClingingGrain));
        var grain = engine.Get<IClinging>();
        await grain.Leave();
        await engine.Gates.Arrival("deactivate");
        engine.Time.Advance(AWhile);
        await Eventually(() => engine.Statistics.Activations["clinging"] == 0 ? null : "it is still there");

        await grain.Leave();
    }

    internal interface ISlow : IGrainWithStringKey
    {
        Task Crawl(string gate);

        Task CallItself();

        Task<int> Number();
    }

    internal sealed class SlowGrain(Gates gates, Journal journal) : Grain, ISlow
    {
        private int _calls;

        public Task Crawl(string gate) => gates.Pass(gate);

        public async Task CallItself()
        {
            var call = GrainFactory.GetGrain<ISlow>(this.GetPrimaryKeyString()).Number();
            _ = gates.Pass("calling");
            try
            {
                await call;
            }
            catch (TimeoutException exception)
            {
                journal.Add($"gave up on {exception.Message.Split(' ')[0]}");
            }
        }

        public Task<int> Number() => Task.FromResult(++_calls);
    }

    internal interface ISleepy : IGrainWithStringKey
    {
        Task<string> Hello();
    }

    internal sealed class SleepyGrain(Gates gates) : Grain, ISleepy
    {
        public override Task OnActivateAsync(CancellationToken cancellationToken) => gates.Pass("activate");

        public Task<string> Hello() => Task.FromResult("hello");
    }

    internal interface IClinging : IGrainWithStringKey
    {
        Task Leave();
    }

    internal sealed class ClingingGrain(Gates gates) : Grain, IClinging
    {
        public Task Leave()
        {
            DeactivateOnIdle();
            return Task.CompletedTask;
        }

        public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
            gates.Pass("deactivate");
    }
}
