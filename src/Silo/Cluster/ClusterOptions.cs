using System.ComponentModel.DataAnnotations;
using System.Net;
using Orchestrator.Storage;

namespace Orchestrator.Cluster;

/// <summary>How this process is a silo of a cluster (<c>--cluster</c>; the cluster engine with PostgreSQL).</summary>
public sealed record ClusterOptions
{
    /// <summary>How often in a row a silo may fail to say in the table that it is alive, and still counts as alive.</summary>
    public const int SilencesMax = 3;

    private const string NamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

    /// <summary>Silos with the same name, database and schema are one cluster.</summary>
    [RegularExpression(NamePattern)]
    public string Name { get; init; } = "orchestrator";

    /// <summary>What this silo is called in logs and tables. Without it, the machine's name and the port.</summary>
    [RegularExpression(NamePattern)]
    public string? SiloName { get; init; }

    /// <summary>
    /// The IP address at which the other silos reach this one. What silos say to each other is neither encrypted nor signed, so it is this machine unless the
    /// operator names another one, in a network that only silos are in.
    /// </summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port for the other silos; 0 takes one that is free.</summary>
    [Range(0, 65_535)]
    public int SiloPort { get; init; }

    /// <summary>How often silos ask each other whether they live, and how long an answer may take.</summary>
    [Range(0.1, 60)]
    public double ProbeSeconds { get; init; } = 0.5;

    /// <summary>Answers that may be missing in a row before a silo is suspected.</summary>
    [Range(1, 100)]
    public int MissedProbes { get; init; } = 3;

    /// <summary>Silos that must suspect it before it is declared dead. In a cluster of two, one is enough in any case.</summary>
    [Range(1, 100)]
    public int Votes { get; init; } = 2;

    /// <summary>How often silos look at the table of silos, in case that they were not told.</summary>
    [Range(1, 600)]
    public double TableSeconds { get; init; } = 5;

    /// <summary>How long a silo counts as alive after it last said so in the table.</summary>
    public TimeSpan AliveFor => TimeSpan.FromSeconds(TableSeconds * SilencesMax);

    /// <summary>Where it is, for the others that share its store.</summary>
    public SiloPlace Place => new(Name, Address, Dns.GetHostName(), AliveFor);
}
