using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cluster;
using Orchestrator.Delivery;

namespace Orchestrator.Mechanisms;

/// <summary>A way from one grain to many receivers.</summary>
public enum Mechanism
{
    /// <summary>The product's own: a source, and one observer for all receivers of a process.</summary>
    Relay,

    /// <summary>The product's other driver: the same, and a memory stream to that observer, pulled every 10 ms as by default.</summary>
    StreamDriver,

    /// <summary>A one-way call of each receiver's grain.</summary>
    Calls,

    /// <summary>A broadcast channel for each receiver's grain: one channel reaches one grain of a class.</summary>
    Channels,

    /// <summary>One memory stream that every receiver's grain has subscribed to, pulled every 100 ms as by default.</summary>
    Streams100,

    /// <summary>The same, pulled every 10 ms.</summary>
    Streams10,

    /// <summary>The same, pulled every millisecond.</summary>
    Streams1,

    /// <summary>Nothing is registered: what a silo costs by itself.</summary>
    None,
}

internal static class MechanismSetup
{
    public const string Provider = "packets";

    public static string NameOf(Mechanism mechanism) => mechanism switch
    {
        Mechanism.Relay => "observer, one relay per gateway process",
        Mechanism.StreamDriver => "one memory stream per gateway process, 10 ms pull (`Delivery:Driver=Streams`)",
        Mechanism.Calls => "one-way grain call per recipient",
        Mechanism.Channels => "broadcast channel per recipient",
        Mechanism.None => "no stream provider",
        _ => FormattableString.Invariant($"memory streams, {Pull(mechanism)!.Value.TotalMilliseconds} ms pull"),
    };

    /// <summary>How often queues are looked into; null where there are none.</summary>
    public static TimeSpan? Pull(Mechanism mechanism) => mechanism switch
    {
        Mechanism.Streams100 => TimeSpan.FromMilliseconds(100),
        Mechanism.Streams10 or Mechanism.StreamDriver => TimeSpan.FromMilliseconds(10),
        Mechanism.Streams1 => TimeSpan.FromMilliseconds(1),
        _ => null,
    };

    public static void AddTo(ISiloBuilder silo, Mechanism mechanism)
    {
        if (mechanism == Mechanism.Channels)
        {
            silo.AddBroadcastChannel(Provider);
        }

        if (Pull(mechanism) is not { } pull)
        {
            return;
        }

        if (mechanism == Mechanism.StreamDriver)
        {
            silo.Services.AddSingleton(new GatewayName("bench"));
            StreamDelivery.AddTo(silo, pull);
        }
        else
        {
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(Provider, streams => streams.ConfigurePullingAgent(agent => agent.Configure(o => o.GetQueueMsgsTimerPeriod = pull)));
        }
    }
}
