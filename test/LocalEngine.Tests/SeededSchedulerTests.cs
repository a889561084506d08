using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class SeededSchedulerTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_interleaving()
    {
        var first = await Interleaving(seed: 42);
        var second = await Interleaving(seed: 42);

        second.ShouldBe(first);
        first.Count.ShouldBe(4 * 5 * 4);
    }

    [Fact]
    public async Task Different_seeds_give_different_interleavings()
    {
        var interleavings = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < 10; seed++)
        {
            interleavings.Add(string.Join(' ', await Interleaving(seed)));
        }

        interleavings.Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_client_that_fails_fails_its_own_task()
    {
        var scheduler = new SeededScheduler(new Random(1));
        var client = scheduler.Start(() => throw new FormatException("client"));
        scheduler.RunUntilIdle();

        await Should.ThrowAsync<FormatException>(client);
        scheduler.RunOne().ShouldBeFalse();
    }

    private static async Task<IReadOnlyList<string>> Interleaving(int seed)
    {
        var scheduler = new SeededScheduler(new Random(seed));
        await using var engine = await TestEngine.Start(new TestEngine.Setup
        {
            Grains = [typeof(RacerGrain), typeof(RaceGrain)],
            Options = options => options.Scheduler = scheduler,
        });
        var clients = Enumerable.Range(0, 4)
            .Select(i => scheduler.Start(() => engine.Get<IRacer>($"racer {i}").Run(rounds: 5)))
            .ToList();

        scheduler.RunUntilIdle().ShouldBeGreaterThan(100);

        clients.ShouldAllBe(client => client.IsCompletedSuccessfully);
        return engine.Journal.Lines;
    }

    internal interface IRacer : IGrainWithStringKey
    {
        Task Run(int rounds);
    }

    internal interface IRace : IGrainWithStringKey
    {
        Task Pass(string racer, int round);
    }

    internal sealed class RacerGrain : Grain, IRacer
    {
        public async Task Run(int rounds)
        {
            var race = GrainFactory.GetGrain<IRace>("race");
            for (var round = 0; round < rounds; round++)
            {
                await Task.WhenAll(race.Pass(this.GetPrimaryKeyString(), round), race.Pass(this.GetPrimaryKeyString(), round));
            }
        }
    }

    [Reentrant]
    internal sealed class RaceGrain(Journal journal) : Grain, IRace
    {
        public async Task Pass(string racer, int round)
        {
            journal.Add($"{racer} in {round}");
            await Task.Yield();
            journal.Add($"{racer} out {round}");
        }
    }
}
