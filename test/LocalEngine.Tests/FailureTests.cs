using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class FailureTests
{
    [Fact]
    public async Task A_grain_that_throws_answers_its_caller_with_type_and_stack_and_lives_on()
    {
        await using var engine = await TestEngine.Start(typeof(FragileGrain));
        var grain = engine.Get<IFragile>();
        await grain.Remember(7);

        (await Should.ThrowAsync<FormatException>(grain.ThrowAtOnce())).StackTrace.ShouldNotBeNull()
            .ShouldContain(nameof(FragileGrain.ThrowAtOnce));
        (await Should.ThrowAsync<FormatException>(grain.ThrowLater())).StackTrace.ShouldNotBeNull()
            .ShouldContain(nameof(FragileGrain.ThrowLater));
        await Should.ThrowAsync<FormatException>(grain.ThrowValue().AsTask());
        (await grain.Recall()).ShouldBe(7);
        engine.Statistics.Faults.ShouldBe(3);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_for_its_caller_and_the_token_is_passed_on()
    {
        await using var engine = await TestEngine.Start(typeof(FragileGrain));
        using var cancel = new CancellationTokenSource();

        var call = engine.Get<IFragile>().WaitFor(cancel.Token);
        await engine.Gates.Arrival("waiting");
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call);
        call.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public async Task A_failing_one_way_call_is_logged_and_nothing_else()
    {
        await using var engine = await TestEngine.Start(typeof(FragileGrain));
        var grain = engine.Get<IFragile>();

        var call = grain.FailUnheard();
        call.IsCompletedSuccessfully.ShouldBeTrue();
        engine.Gates.Open("one way");
        await engine.Log.Has("One-way call IFragile.FailUnheard of fragile/one failed. nobody hears");
        await grain.Remember(1);
    }

    [Fact]
    public async Task A_one_way_call_does_not_wait()
    {
        await using var engine = await TestEngine.Start(typeof(FragileGrain));
        var grain = engine.Get<IFragile>();

        for (var i = 0; i < 10; i++)
        {
            grain.Note(i).IsCompletedSuccessfully.ShouldBeTrue();
        }

        await grain.Remember(0);
        engine.Journal.Lines.ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_method_that_gives_no_task_fails_its_call()
    {
        await using var engine = await TestEngine.Start(typeof(FragileGrain));

        (await Should.ThrowAsync<InvalidOperationException>(engine.Get<IFragile>().GiveNull())).Message
            .ShouldContain("returned no task");
    }

    [Fact]
    public async Task What_a_grain_did_not_await_is_logged_when_it_fails_and_ends_nothing()
    {
        await using var engine = await TestEngine.Start(typeof(FragileGrain));
        var grain = engine.Get<IFragile>();

        await grain.PostFailure();
        await engine.Log.Has("Something that fragile/one did not await failed. loose");
        await grain.Remember(1);
    }

    internal interface IFragile : IGrainWithStringKey
    {
        Task ThrowAtOnce();

        Task<int> ThrowLater();

        ValueTask<int> ThrowValue();

        Task WaitFor(CancellationToken cancellationToken);

        [OneWay]
        Task FailUnheard();

        [OneWay]
        Task Note(int number);

        Task<int> GiveNull();

        Task PostFailure();

        ValueTask Remember(int number);

        ValueTask<int> Recall();
    }

    internal sealed class FragileGrain(Gates gates, Journal journal) : Grain, IFragile
    {
        private readonly Task<int> _none = null!;
        private int _number;

        public Task ThrowAtOnce() => throw new FormatException("at once");

        public async Task<int> ThrowLater()
        {
            await Task.Yield();
            throw new FormatException("later");
        }

        public ValueTask<int> ThrowValue() => ValueTask.FromException<int>(new FormatException("value"));

        public async Task WaitFor(CancellationToken cancellationToken)
        {
            _ = gates.Pass("waiting");
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        public async Task FailUnheard()
        {
            await gates.Pass("one way");
            throw new FormatException("nobody hears");
        }

        public Task Note(int number)
        {
            journal.Add($"{number}");
            return Task.CompletedTask;
        }

        public Task<int> GiveNull() => _none;

        public Task PostFailure()
        {
            SynchronizationContext.Current!.Post(_ => throw new FormatException("loose"), null);
            return Task.CompletedTask;
        }

        public ValueTask Remember(int number)
        {
            _number = number;
            return ValueTask.CompletedTask;
        }

        public ValueTask<int> Recall() => new(_number);
    }
}
