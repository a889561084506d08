using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class MemoryTests
{
    private const int Grains = 100_000;

    [Fact]
    public async Task A_hundred_thousand_activations_are_small_and_go_when_they_are_idle()
    {
        await using var engine = await TestEngine.Start(new TestEngine.Setup
        {
            Grains = [typeof(SmallGrain)],
            Options = options => options.SweepPeriod = TimeSpan.FromMinutes(1), // few sweeps in so much time
        });
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await Task.WhenAll(Enumerable.Range(0, Grains).Select(i => engine.Get<ISmall>($"grain {i}").Add(1)));
        engine.Statistics.Activations["small"].ShouldBe(Grains);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Grains;
        TestContext.Current.SendDiagnosticMessage($"{each} bytes per activation");
        each.ShouldBeLessThan(1500);

        engine.Time.Advance(TimeSpan.FromMinutes(18));
        await Eventually(() =>
            engine.Statistics.Activations["small"] is var left && left == 0 ? null : $"{left} are still there");
        var rest = (GC.GetTotalMemory(forceFullCollection: true) - before) / Grains;
        rest.ShouldBeLessThan(100);
    }

    internal interface ISmall : IGrainWithStringKey
    {
        Task Add(int number);
    }

    internal sealed record Sum(int Value = 0);

    internal sealed class SmallGrain([PersistentState("sum")] IPersistentState<Sum> sum) : Grain, ISmall
    {
        public Task Add(int number)
        {
            sum.State = new Sum((sum.State?.Value ?? 0) + number);
            return Task.CompletedTask;
        }
    }
}
