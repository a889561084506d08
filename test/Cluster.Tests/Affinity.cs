namespace Orchestrator.Cluster;

/// <summary>How a proxy keeps a client on one silo.</summary>
public enum Affinity
{
    /// <summary>Not at all: each request goes to the next one.</summary>
    None,

    /// <summary>By a cookie that it gives.</summary>
    Cookie,

    /// <summary>By the address that the client comes from.</summary>
    Address,
}
