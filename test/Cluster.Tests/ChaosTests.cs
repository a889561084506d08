using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>
/// Silos are killed, frozen and stopped and the database is restarted, by a seed, while people talk and accounts are registered. Then: what was answered is there, nobody is missing, nothing came
/// twice, the order of a session is one, and who has missed something was told so. CHAOS_ROUNDS says how often, SEED where it begins.
/// </summary>
public sealed class ChaosTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Silos = 3;
    private const int Sessions = 3;
    private const int Strikes = 3;

    private static int Rounds => Number("CHAOS_ROUNDS", 1);

    private static int Seed => Number("SEED", 20261121);

    [Fact]
    public async Task Whatever_ends_what_was_answered_is_there_and_nobody_is_missing()
    {
        await using var cluster = await SiloCluster.Start(postgres, Silos, SiloCluster.Alert);
        var (answered, told) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var strikes = new List<string>();
            try
            {
                var (registered, losses) = await Round(cluster, new Random(Seed + round), round, strikes);
                (answered, told) = (answered + registered, told + losses);
            }
            catch
            {
                output.WriteLine($"seed {(Seed + round).ToString(CultureInfo.InvariantCulture)}: {string.Join(", ", strikes)}\n{cluster.Log}");
                throw;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds from seed {Seed}: {answered} answered registrations, none lost, none doubled; nobody missing; members were told {told} times that something was lost, and nothing was lost untold."));
    }

    private async Task<(int Answered, int Told)> Round(SiloCluster cluster, Random random, int round, List<string> strikes)
    {
        await using var evening = await Evening.Begin(cluster, Sessions, round);
        await evening.AllHear();
        await using var writer = new DurableWriter(cluster, string.Create(CultureInfo.InvariantCulture, $"w{Seed}-{round}"));
        for (var strike = 0; strike < Strikes; strike++)
        {
            await Task.Delay(random.Next(0, 1_000));
            strikes.Add(await Strike(cluster, random));
        }

        await cluster.Heal();
        var healed = TimeProvider.System.GetTimestamp();
        await Eventually(() => evening.NotYetWhole(healed, null));
        var told = await evening.DemandSound();
        await writer.DemandAll();
        return (writer.Answered, told);
    }

    private async Task<string> Strike(SiloCluster cluster, Random random)
    {
        var victim = cluster.Silos[random.Next(cluster.Silos.Count)];
        var pause = random.Next(0, 4_000);
        var told = string.Create(CultureInfo.InvariantCulture, $"{pause} ms");
        switch (random.Next(4))
        {
            case 0:
                await victim.Kill();
                await Task.Delay(pause);
                await cluster.Add();
                return $"kill of {victim.Address}, {told}";
            case 1:
                victim.Freeze();
                await Task.Delay(pause);
                victim.Thaw();
                return $"freeze of {victim.Address}, {told}";
            case 2:
                victim.Terminate();
                await victim.WaitForExit();
                await cluster.Add();
                return $"stop of {victim.Address}";
            default:
                var database = await postgres.Server;
                await database.StopAsync();
                await Task.Delay(pause / 2);
                await database.StartAgainAsync();
                return $"database away, {told} / 2";
        }
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
