using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Runs;

/// <summary>A server with connected receivers, and what sends to them.</summary>
internal interface IGround
{
    string Name { get; }

    /// <summary>The server's processes; none for a foreign one whose id was not given.</summary>
    IReadOnlyList<int> ServerIds { get; }

    Meter Meter { get; }

    /// <summary>By the senders' own numbers, of all receivers.</summary>
    Faults NumberFaults { get; }

    /// <summary>By the places that the server gives; none where the wire has none.</summary>
    Faults StampFaults { get; }

    ISending Start(double sendsPerSecond, long from, long until, CancellationToken cancellationToken);
}

/// <summary>Events that are being sent at a fixed rate.</summary>
internal interface ISending
{
    Task Done { get; }

    /// <summary>Exact when it is done.</summary>
    long Sent { get; }

    /// <summary>How far the sender was behind at the worst.</summary>
    double LatestMilliseconds { get; }
}
