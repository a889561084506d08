namespace Orchestrator.LocalEngine;

/// <summary>A message holds something that no other process could be sent.</summary>
public sealed class NotSerializableException(string message) : Exception(message);
