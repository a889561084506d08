using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>
/// A silo ends without a word, in the middle of sessions whose members sit at all silos: who is elsewhere hears on, who was there comes back, and nobody is missing. TEST_ROUNDS says how often; the
/// times are told, and bounded only so far that a machine which is busy with something else does not fail them.
/// </summary>
public sealed class FailoverTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Sessions = 6;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(45);

    /// <summary>How many silos; with two, too, where rounds are wanted.</summary>
    public static TheoryData<int> Sizes => Rounds > 1 ? [2, 3] : [3];

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TEST_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(Sizes))]
    public Task After_a_kill_everybody_hears_again(int silos) => WholeAgain(silos, static silo => silo.Kill());

    [Theory]
    [MemberData(nameof(Sizes))]
    public Task After_a_freeze_everybody_hears_again(int silos) => WholeAgain(silos, static silo =>
    {
        silo.Freeze();
        return Task.CompletedTask;
    });

    private async Task WholeAgain(int silos, Func<OrchestratorProcess, Task> strike)
    {
        await using var cluster = await SiloCluster.Start(postgres, silos, SiloCluster.Alert);
        try
        {
            await WholeAgain(cluster, strike);
        }
        catch
        {
            output.WriteLine(cluster.Log);
            throw;
        }
    }

    private async Task WholeAgain(SiloCluster cluster, Func<OrchestratorProcess, Task> strike)
    {
        var silos = cluster.Silos.Count;
        var random = new Random(20261121);
        var hearing = new List<double>();
        var seated = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var evening = await Evening.Begin(cluster, Sessions, round);
            await evening.AllHear();
            var victim = cluster.Silos[random.Next(cluster.Silos.Count)];
            var struck = TimeProvider.System.GetTimestamp();
            await strike(victim);
            await Eventually(() => evening.NotYetWhole(struck, victim), Enough);
            hearing.Add(evening.SecondsUntilHeard(struck, victim));
            seated.Add(evening.SecondsUntilSeated(struck));
            await evening.DemandSound();
            await victim.Kill();
            await cluster.Add();
        }

        output.WriteLine($"{silos} silos, {Rounds} rounds: those elsewhere hear again after {Told(hearing)}, those of the lost gateway sit again after {Told(seated)}.");
    }

    private static string Told(List<double> seconds)
    {
        seconds.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{seconds[seconds.Count / 2]:0.00} s (worst {seconds[^1]:0.00} s)");
    }
}
