namespace Orchestrator.Administration;

/// <summary>Which start of the process this is.</summary>
public sealed class ServerIdentity(IIdSource ids)
{
    public string Id { get; } = ids.Next();
}
