namespace Orchestrator.Security;

/// <summary>The secret that signs tokens: at least 32 bytes, from the data directory or the configuration.</summary>
public sealed record TokenKey(byte[] Bytes);
