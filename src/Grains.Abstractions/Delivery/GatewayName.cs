namespace Orchestrator.Delivery;

/// <summary>What this gateway process is called by sources; new at each start.</summary>
public sealed record GatewayName(string Value);
