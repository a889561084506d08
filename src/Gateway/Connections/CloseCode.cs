namespace Orchestrator.Connections;

/// <summary>Why we end a connection. Codes are for ever; those from 4500 may come back at once, those below should not without a change.</summary>
public enum CloseCode
{
    /// <summary>Nobody logged in within the time for it.</summary>
    LoginTimeout = 4001,

    /// <summary>The device has another connection now.</summary>
    Superseded = 4002,

    /// <summary>Its address has too many connections.</summary>
    TooManyConnections = 4003,

    /// <summary>Its account was removed.</summary>
    AccountRemoved = 4004,

    /// <summary>A packet socket: the connection that it belonged to is over, or nobody is logged in on it any more.</summary>
    Detached = 4005,

    /// <summary>It read too slowly, and what waited for it grew over the limit.</summary>
    SlowConsumer = 4500,

    /// <summary>The server stops.</summary>
    Shutdown = 4501,

    /// <summary>Something was lost that could not be made up for on this connection.</summary>
    OutOfStep = 4502,

    /// <summary>The orchestrator was reset; log in again.</summary>
    Reset = 4503,

    /// <summary>Its account has another role, which counts from the next connection on.</summary>
    RightsChanged = 4504,
}
