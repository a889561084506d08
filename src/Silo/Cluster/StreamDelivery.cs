using System.Collections.Concurrent;
using Orchestrator.Delivery;
using Orleans.Serialization;
using Orleans.Streams;

namespace Orchestrator.Cluster;

/// <summary>
/// The other driver of delivery. What the sources of this silo have for a gateway goes into one stream, and a grain takes it out and passes it on to the gateway's relay. Numbers, gaps and epochs are the relay's as
/// ever, so what a stream loses is asked for.
/// </summary>
public sealed class StreamDelivery(IStreamProvider provider, GatewayName here, Serializer<Carried[]> serializer, ILogger<StreamDelivery> log)
{
    internal const string Provider = "deliveries";
    internal const string Namespace = "deliveries";

    // For one gateway. What is beyond it is asked for, as far as sources keep it.
    private const int WaitingBytesMax = 64 * 1_048_576;

    private readonly ConcurrentDictionary<string, Way> _ways = new(StringComparer.Ordinal);

    /// <summary>Adds it, and the streams that it needs.</summary>
    /// <param name="pull">How often their queues are looked into.</param>
    public static void AddTo(ISiloBuilder silo, TimeSpan pull)
    {
        silo.AddMemoryStreams(Provider, streams =>
        {
            // Who listens stands in the code.
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = pull));
        });
        silo.Services.AddSingleton(static services => new StreamDelivery(
            services.GetRequiredKeyedService<IStreamProvider>(Provider),
            services.GetRequiredService<GatewayName>(),
            services.GetRequiredService<Serializer<Carried[]>>(),
            services.GetRequiredService<ILogger<StreamDelivery>>()));
    }

    /// <summary>What a source of this silo calls instead of the gateway's relay. A gateway has several observers; all that comes from here goes to one of them, because what a stream brings at once would overtake itself on several.</summary>
    public IRelay WayTo(GatewayAddress gateway) => _ways.GetOrAdd(gateway.Gateway, NewWay, gateway.Relay);

    /// <summary>That gateway is no more.</summary>
    public void Forget(string gateway) => _ways.TryRemove(gateway, out _);

    private Way NewWay(string gateway, IRelay relay)
    {
        // Of this pair alone: parts of two writers would mix.
        var stream = provider.GetStream<StreamPart>(StreamId.Create(Namespace, $"{here.Value} {gateway}"));
        return new Way(new StreamWriter<Carried>(stream, serializer, new Waiting<Carried>(WaitingBytesMax, static carried => carried.Bytes), log), relay);
    }

    private sealed class Way(StreamWriter<Carried> writer, IRelay relay) : IRelay
    {
        public void Deliver(Delivery.Delivery delivery) => writer.Write(new Carried(relay, delivery, delivery.Source, delivery.Epoch));

        public void Moved(SourceId source, long epoch) => writer.Write(new Carried(relay, null, source, epoch));
    }
}

/// <summary>A call of a relay on its way through a stream.</summary>
/// <param name="Delivery">Null: the activation of the source has ended.</param>
[GenerateSerializer, Immutable, Alias("carried")]
public sealed record Carried(
    [property: Id(0)] IRelay Relay,
    [property: Id(1)] Delivery.Delivery? Delivery,
    [property: Id(2)] SourceId Source,
    [property: Id(3)] long Epoch)
{
    /// <summary>What it costs to keep, in bytes; an estimate is enough.</summary>
    public int Bytes => Delivery?.Envelopes.Sum(static e => e.Event.Bytes) ?? 0;

    /// <summary>Makes the call.</summary>
    public void Arrive()
    {
        if (Delivery is { } delivery)
        {
            Relay.Deliver(delivery);
        }
        else
        {
            Relay.Moved(Source, Epoch);
        }
    }
}
