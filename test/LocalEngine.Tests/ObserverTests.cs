using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class ObserverTests
{
    [Fact]
    public async Task Calls_of_an_observer_come_in_order_and_one_after_the_other()
    {
        await using var engine = await TestEngine.Start(typeof(SpeakerGrain));
        var listener = new Listener(engine.Gates, engine.Journal);
        var reference = engine.Grains.CreateObjectReference<IListener>(listener);

        await engine.Get<ISpeaker>().Say(reference, 1000);

        await engine.Journal.Has("999");
        engine.Journal.Lines.ShouldBe(Enumerable.Range(0, 1000).Select(i => $"{i}"));
        listener.Overlaps.ShouldBe(0);
    }

    [Fact]
    public async Task An_observer_that_awaits_is_not_called_again_before_it_is_done()
    {
        await using var engine = await TestEngine.Start(typeof(SpeakerGrain));
        var reference = engine.Grains.CreateObjectReference<IListener>(new Listener(engine.Gates, engine.Journal));

        reference.HearSlowly("slow").IsCompletedSuccessfully.ShouldBeTrue();
        reference.Hear(1);
        await engine.Gates.Arrival("slow");
        engine.Journal.Lines.ShouldBeEmpty();
        engine.Gates.Open("slow");
        await engine.Journal.Has("1");
        engine.Journal.Lines.ShouldBe(["slow", "1"]);
    }

    [Fact]
    public async Task A_failing_observer_is_logged_and_called_again()
    {
        await using var engine = await TestEngine.Start(typeof(SpeakerGrain));
        var reference = engine.Grains.CreateObjectReference<IListener>(new Listener(engine.Gates, engine.Journal));

        reference.Hear(-1);
        reference.Hear(1);

        await engine.Journal.Has("1");
        await engine.Log.Has("Observer call IListener.Hear failed. minus");
    }

    [Fact]
    public async Task A_deleted_observer_is_not_called_and_the_call_is_logged()
    {
        await using var engine = await TestEngine.Start(typeof(SpeakerGrain));
        var reference = engine.Grains.CreateObjectReference<IListener>(new Listener(engine.Gates, engine.Journal));

        engine.Grains.DeleteObjectReference<IListener>(reference);
        reference.Hear(1);

        await engine.Log.Has("Debug: Observer call IListener.Hear came after its observer was deleted.");
        engine.Journal.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reference_is_itself_when_a_grain_kept_it()
    {
        await using var engine = await TestEngine.Start(typeof(SpeakerGrain));
        var reference = engine.Grains.CreateObjectReference<IListener>(new Listener(engine.Gates, engine.Journal));
        var grain = engine.Get<ISpeaker>();

        await grain.Keep(reference);
        await grain.Keep(reference);

        (await grain.Kept()).ShouldBe(1);
    }

    internal interface IListener : IGrainObserver
    {
        void Hear(int number);

        Task HearSlowly(string gate);
    }

    internal interface ISpeaker : IGrainWithStringKey
    {
        Task Say(IListener listener, int times);

        Task Keep(IListener listener);

        Task<int> Kept();
    }

    internal sealed class SpeakerGrain : Grain, ISpeaker
    {
        private readonly HashSet<IListener> _kept = [];

        public async Task Say(IListener listener, int times)
        {
            for (var i = 0; i < times; i++)
            {
                listener.Hear(i);
                if (i % 100 == 0)
                {
                    await Task.Yield();
                }
            }
        }

        public Task Keep(IListener listener)
        {
            _kept.Add(listener);
            return Task.CompletedTask;
        }

        public Task<int> Kept() => Task.FromResult(_kept.Count);
    }

    internal sealed class Listener(Gates gates, Journal journal) : IListener
    {
        private int _inside;

        public int Overlaps { get; private set; }

        public void Hear(int number)
        {
            Overlaps += Interlocked.Increment(ref _inside) == 1 ? 0 : 1;
            Interlocked.Decrement(ref _inside);
            if (number < 0)
            {
                throw new FormatException("minus");
            }

            journal.Add($"{number}");
        }

        public async Task HearSlowly(string gate)
        {
            await gates.Pass(gate);
            journal.Add(gate);
        }
    }
}
