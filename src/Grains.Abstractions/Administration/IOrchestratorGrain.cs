using Orchestrator.Delivery;
using Orchestrator.Devices;

namespace Orchestrator.Administration;

/// <summary>The orchestrator as a whole; one grain, to which every gateway listens. It remembers nothing: who was not there has missed nothing that it could make up for.</summary>
[Alias("orchestrator")]
public interface IOrchestratorGrain : ISource
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Tells every gateway to log out its users and to close its connections. Caller: a gateway, for an administrator.</summary>
    /// <param name="spared">The connection that asks: it is answered first.</param>
    [Alias("reset")]
    Task Reset(ConnectionId? spared);
}

/// <summary>Everybody is logged out, everywhere.</summary>
/// <param name="At">Connections opened after it stay: who comes back at once must not be closed once more.</param>
[GenerateSerializer, Immutable, Alias("orchestrator-reset")]
public sealed record OrchestratorReset([property: Id(0)] ConnectionId? Spared, [property: Id(1)] DateTimeOffset At) : Event
{
    public override bool ChangesState => false;
}

/// <summary>There is nothing to know of what was before.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator-snapshot")]
public sealed record OrchestratorSnapshot : Snapshot;
