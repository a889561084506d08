using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>Who may become a silo of a cluster, and who is refused before it is anything to the others.</summary>
public sealed class JoinTests(PostgresFixture postgres)
{
    private const int Storage = 2;
    private const int Address = 3;

    [Fact]
    public async Task Whose_address_for_clients_is_taken_does_not_join()
    {
        await using var cluster = await SiloCluster.Start(postgres, 1);

        var run = await Run(cluster, cluster.Silos[0].Address.ToString());

        run.ExitCode.ShouldBe(Address, run.Errors);
        run.Errors.ShouldContain("orchestrator: Cannot listen on ");
        (await SilosEver(cluster)).ShouldBe(1);
    }

    [Fact]
    public async Task Whose_port_for_silos_is_taken_does_not_join_and_the_one_that_has_it_stays()
    {
        await using var cluster = await SiloCluster.Start(postgres, 1);
        var port = (int)(await PostgresServer.ExecuteAsync(cluster.Database, "SELECT port FROM orchestrator.silo"))!;

        var run = await Run(cluster, "http://127.0.0.1:0", ("ORCHESTRATOR_Cluster__SiloPort", port.ToString(CultureInfo.InvariantCulture)));

        run.ExitCode.ShouldBe(Address, run.Errors);
        run.Errors.ShouldContain($"orchestrator: Other silos cannot reach this one at 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        (await SilosEver(cluster)).ShouldBe(1);
        (await cluster.Health(cluster.Silos[0])).ShouldBe("Healthy");
    }

    [Fact]
    public async Task A_process_that_is_no_silo_is_refused_where_silos_are()
    {
        await using var cluster = await SiloCluster.Start(postgres, 1);

        var run = await OrchestratorProcess.Run(["--urls", "http://127.0.0.1:0"], Environment(cluster));

        run.ExitCode.ShouldBe(Storage, run.Errors);
        run.Errors.ShouldContain("is in use by the silos of a cluster");
    }

    [Fact]
    public async Task When_all_were_killed_one_that_starts_alone_at_once_serves()
    {
        await using var cluster = await SiloCluster.Start(postgres, 3, ("Cluster:TableSeconds", "2"));
        foreach (var silo in cluster.Silos)
        {
            await silo.Kill();
        }

        var alone = await cluster.Add();

        (await cluster.Health(alone)).ShouldBe("Healthy");
        (await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.silo WHERE status = 3")).ShouldBe(1L);
    }

    private static Task<ProgramRun> Run(SiloCluster cluster, string urls, params (string Key, string Value)[] more)
    {
        var environment = Environment(cluster);
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return OrchestratorProcess.Run(["--cluster", "--urls", urls], environment);
    }

    private static Dictionary<string, string> Environment(SiloCluster cluster) =>
        new(StringComparer.Ordinal) { ["ORCHESTRATOR_Storage__Postgres"] = cluster.Database };

    private static async Task<long> SilosEver(SiloCluster cluster) => (long)(await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.silo"))!;
}
