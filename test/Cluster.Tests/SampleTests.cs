using System.Diagnostics;

namespace Orchestrator.Cluster;

/// <summary>The README's first thing to try, with everybody at another silo.</summary>
public sealed class SampleTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(3, "Relay")]
    [InlineData(2, "Streams")]
    public async Task First_light_shines_over_silos(int silos, string driver)
    {
        await using var cluster = await SiloCluster.Start(postgres, silos, ("Delivery:Driver", driver));
        var sample = Repository.Find("samples/first-light");
        await Run(sample, "npm", "ci", "--no-audit", "--no-fund", "--silent");

        await Run(sample, "node", ["first-light.mjs", .. cluster.Silos.SelectMany(static silo => (string[])["--url", silo.Address.OriginalString])]);
    }

    private static async Task Run(string directory, string program, params string[] arguments) =>
        (await ProgramRun.Of(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory })).Ok();
}
