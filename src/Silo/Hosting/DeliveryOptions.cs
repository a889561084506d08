using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Hosting;

/// <summary>How what sources publish comes to the gateways; section "Delivery" of the configuration.</summary>
public sealed record DeliveryOptions
{
    /// <summary>What carries it.</summary>
    public DeliveryDriver Driver { get; init; } = DeliveryDriver.Relay;

    /// <summary>With streams: how often their queues are looked into. An idle process pays for it.</summary>
    [Range(1, 1_000)]
    public int PullMilliseconds { get; init; } = 10;
}

/// <summary>What carries deliveries from sources to gateways.</summary>
public enum DeliveryDriver
{
    /// <summary>One call of the gateway's relay.</summary>
    Relay,

    /// <summary>Streams of Microsoft Orleans, one from each silo to each gateway; with that engine alone.</summary>
    Streams,
}
