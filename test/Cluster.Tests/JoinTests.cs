using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>Who may become a silo of a cluster, and who is refused before it is anything to the others.</summary>
public sealed class JoinTests(PostgresFixture postgres)
{
    private const int Storage = 2;
    private const int Address = 3;
    private const string Anywhere = "http://127.0.0.1:0";

    [Fact]
    public async Task Whose_ports_are_taken_and_who_is_no_silo_is_refused_and_the_one_that_stands_stays()
    {
        await using var cluster = await SiloCluster.Start(postgres, 1);
        var port = ((int)(await PostgresServer.ExecuteAsync(cluster.Database, "SELECT port FROM orchestrator.silo"))!).ToString(CultureInfo.InvariantCulture);

        var address = await Run(cluster, ["--cluster", "--urls", cluster.Silos[0].Address.ToString()]);
        var siloPort = await Run(cluster, ["--cluster", "--urls", Anywhere], ("ORCHESTRATOR_Cluster__SiloPort", port));
        var noSilo = await Run(cluster, ["--urls", Anywhere]);

        (address.ExitCode, siloPort.ExitCode, noSilo.ExitCode).ShouldBe((Address, Address, Storage), $"{address.Errors}{siloPort.Errors}{noSilo.Errors}");
        address.Errors.ShouldContain("orchestrator: Cannot listen on ");
        siloPort.Errors.ShouldContain($"orchestrator: Other silos cannot reach this one at 127.0.0.1:{port}");
        noSilo.Errors.ShouldContain("is in use by the silos of a cluster");
        (await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.silo")).ShouldBe(1L, "nobody has joined");
        await cluster.Becomes("Healthy", cluster.Silos[0]);
    }

    [Fact]
    public async Task When_all_were_killed_one_that_starts_alone_at_once_serves()
    {
        await using var cluster = await SiloCluster.Start(postgres, 3, ("Cluster:TableSeconds", "2"));
        foreach (var silo in cluster.Silos)
        {
            await silo.Kill();
        }

        await cluster.Add();

        (await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.silo WHERE status = 3")).ShouldBe(1L);
    }

    private static Task<ProgramRun> Run(SiloCluster cluster, string[] arguments, params (string Key, string Value)[] settings) => OrchestratorProcess.Run(
        arguments,
        settings.Append(("ORCHESTRATOR_Storage__Postgres", cluster.Database)).ToDictionary(static s => s.Item1, static s => s.Item2, StringComparer.Ordinal));
}
