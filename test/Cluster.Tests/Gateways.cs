namespace Orchestrator.Cluster;

/// <summary>Which silo is meant by the short name of a gateway: each says its own when it starts.</summary>
internal static class Gateways
{
    /// <summary>The silo that an id names.</summary>
    public static OrchestratorProcess Named(this SiloCluster cluster, string id) =>
        cluster.Silos.Single(silo => silo.Output.Contains($"gateway        {id.Split('.')[0]} ", StringComparison.Ordinal));
}
