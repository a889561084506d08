namespace Orchestrator.Cluster;

/// <summary>The load program over silos, in small: everything must arrive, once and in order. It measures nothing here.</summary>
public sealed class LoadTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Everything_arrives_with_members_spread_over_one_silo_and_three()
    {
        SiloCluster.DemandEngine();
        var program = Path.Combine(AppContext.BaseDirectory, "..", "..", "Load", "release", "Orchestrator.Load.dll");

        var run = (await ProgramRun.Of("dotnet", program, "spread", "--smoke", "--rounds", "1", "--silos", "1", "3", "--postgres", await postgres.CreateDatabaseAsync())).Ok();

        run.Output.ShouldContain("3 silos");
    }
}
