using System.Net;

namespace Orchestrator.Storage;

/// <summary>A silo that shares a store with the others of its cluster.</summary>
/// <param name="Address">The IP address at which the others reach it.</param>
/// <param name="Host">The machine.</param>
/// <param name="AliveFor">How long a silo counts as alive after it last said so.</param>
public sealed record SiloPlace(string Cluster, string Address, string Host, TimeSpan AliveFor)
{
    public static bool IsLoopback(string address) => IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed);
}
