namespace Orchestrator.Configuration;

/// <summary>The configuration is wrong; the message names the key.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
