using Orleans.Serialization;
using Orleans.Streams;

namespace Orchestrator.Cluster;

/// <summary>Takes out of a stream what the sources of a silo have put in for a gateway; its key names both. The engine makes it when the first of that comes.</summary>
public interface IStreamCarrierGrain : IGrainWithStringKey;

[ImplicitStreamSubscription(StreamDelivery.Namespace)]
public sealed class StreamCarrierGrain(Serializer<Carried[]> serializer) : Grain, IStreamCarrierGrain
{
    private readonly StreamReader<Carried> _reader = new(serializer);

    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetStreamProvider(StreamDelivery.Provider)
        .GetStream<StreamPart>(StreamId.Create(StreamDelivery.Namespace, this.GetPrimaryKeyString()))
        .SubscribeAsync((part, _) => Pass(part));

    private Task Pass(StreamPart part)
    {
        foreach (var carried in _reader.Read(part))
        {
            carried.Arrive();
        }

        return Task.CompletedTask;
    }
}
