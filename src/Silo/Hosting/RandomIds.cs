using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Hosting;

/// <summary>Ids from the system's random source.</summary>
public sealed class RandomIds : IIdSource
{
    [SuppressMessage("ApiDesign", "RS0030", Justification = "This is the one place where ids come from.")]
    public string Next() => Guid.NewGuid().ToString("D");
}
