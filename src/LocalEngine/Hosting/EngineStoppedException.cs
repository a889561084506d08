namespace Orchestrator.LocalEngine;

/// <summary>The process is about to end; the call was not made, or nobody will answer it.</summary>
public sealed class EngineStoppedException(string message) : Exception(message);
