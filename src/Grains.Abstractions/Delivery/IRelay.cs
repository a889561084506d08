namespace Orchestrator.Delivery;

/// <summary>A gateway, as sources see it: one per process, whatever the number of its connections. Calls arrive in order or not at all.</summary>
[Alias("relay")]
public interface IRelay : IGrainObserver
{
    /// <summary>Envelopes for some of the gateway's connections. Never waits.</summary>
    [Alias("deliver")]
    void Deliver(Delivery delivery);

    /// <summary>The activation of the source that delivered until now has ended; subscribe again.</summary>
    [Alias("moved")]
    void Moved(SourceId source, long epoch);
}

/// <summary>A gateway process: a name that is new at each start, and the way to it.</summary>
[GenerateSerializer, Immutable, Alias("gateway")]
public sealed record GatewayAddress([property: Id(0)] string Gateway, [property: Id(1)] IRelay Relay);
