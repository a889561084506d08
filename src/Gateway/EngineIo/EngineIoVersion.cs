namespace Orchestrator.EngineIo;

/// <summary>The version of Engine.IO that a client speaks; it says so in its first request.</summary>
public enum EngineIoVersion
{
    /// <summary>Under Socket.IO 2: the client pings, and a binary message begins with its type.</summary>
    Three = 3,

    /// <summary>Under Socket.IO 3 to 5: the server pings.</summary>
    Four = 4,
}
