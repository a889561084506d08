using System.Net;
using Orchestrator.Cluster;

namespace Orchestrator.Configuration;

/// <summary>What is to be a silo of a cluster can be one.</summary>
internal static class ClusterSettings
{
    public static ClusterOptions Checked(ClusterOptions options) => IPAddress.TryParse(options.Address, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
        ? options
        : throw new ConfigurationException($"'Cluster:Address' is '{options.Address}'; it is the IP address at which the other silos reach this one.");
}
