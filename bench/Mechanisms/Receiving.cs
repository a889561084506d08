using System.Diagnostics;
using System.Globalization;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orleans.BroadcastChannel;
using Orleans.Streams;

namespace Orchestrator.Mechanisms;

/// <summary>The receivers of this process, whichever way packets come to them.</summary>
internal sealed class Receiving(IProducer producer)
{
    public const int Receivers = 50;

    // How often the producer hears of it: rarely enough to cost nothing.
    private const int NoticePeriod = Receivers * 8;

    private readonly List<int>[] _latencies = [.. Enumerable.Range(0, Receivers).Select(_ => new List<int>())];
    private readonly Lock _gate = new();
    private long _count;

    public static StreamId Stream { get; } = StreamId.Create(MechanismSetup.Provider, "video");

    /// <summary>Whether latencies are kept.</summary>
    public bool Keeps { get; set; }

    public long Count => Interlocked.Read(ref _count);

    public static string NameOf(int receiver) => receiver.ToString(CultureInfo.InvariantCulture);

    /// <summary>A receiver has it now. One receiver is told once at a time.</summary>
    public void Take(int receiver, Delivery.Delivery delivery)
    {
        if (Keeps)
        {
            var sent = ((PacketSent)delivery.Envelopes[0].Event).SentAt!.Value;
            _latencies[receiver].Add((int)(Stopwatch.GetElapsedTime(sent).Ticks));
        }

        var count = Interlocked.Increment(ref _count);
        if (count % NoticePeriod == 0)
        {
            _ = producer.Arrived(count);
        }
    }

    /// <summary>The latencies since the last time, in tenths of a microsecond.</summary>
    public int[] TakeLatencies()
    {
        lock (_gate)
        {
            int[] all = [.. _latencies.SelectMany(static l => l)];
            foreach (var latencies in _latencies)
            {
                latencies.Clear();
            }

            return all;
        }
    }
}

/// <summary>The product's way: one observer, and a loop over the receivers behind it.</summary>
internal sealed class BenchRelay(Receiving receiving) : IRelay
{
    public void Deliver(Delivery.Delivery delivery)
    {
        for (var i = 0; i < Receiving.Receivers; i++)
        {
            receiving.Take(i, delivery);
        }
    }

    public void Moved(SourceId source, long epoch)
    {
        // The producer stays.
    }
}

/// <summary>A receiver that is a grain; in the silo that has called it first.</summary>
public interface IReceiver : IGrainWithStringKey
{
    Task Begin(Mechanism mechanism);

    [OneWay]
    Task Take(Delivery.Delivery delivery);
}

[Orleans.Placement.PreferLocalPlacement, ImplicitChannelSubscription(MechanismSetup.Provider)]
internal sealed class Receiver(Receiving receiving) : Grain, IReceiver, IOnBroadcastChannelSubscribed
{
    private int _number;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _number = int.Parse(this.GetPrimaryKeyString(), CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    public Task Begin(Mechanism mechanism) => MechanismSetup.Pull(mechanism) is null
        ? Task.CompletedTask
        : this.GetStreamProvider(MechanismSetup.Provider).GetStream<Delivery.Delivery>(Receiving.Stream).SubscribeAsync((delivery, _) => Take(delivery));

    public Task Take(Delivery.Delivery delivery)
    {
        receiving.Take(_number, delivery);
        return Task.CompletedTask;
    }

    public Task OnSubscribed(IBroadcastChannelSubscription streamSubscription) => streamSubscription.Attach<Delivery.Delivery>(Take);
}

/// <summary>Asks the process of the receivers; in the silo that has called it first.</summary>
public interface IResults : IGrainWithStringKey
{
    const string Key = "results";

    Task Keep();

    Task<long> Count();

    /// <summary>Latencies since <see cref="Keep"/>, in tenths of a microsecond; none are kept any more.</summary>
    Task<int[]> Latencies();
}

[Orleans.Placement.PreferLocalPlacement]
internal sealed class Results(Receiving receiving) : Grain, IResults
{
    public Task Keep()
    {
        receiving.TakeLatencies();
        receiving.Keeps = true;
        return Task.CompletedTask;
    }

    public Task<long> Count() => Task.FromResult(receiving.Count);

    public Task<int[]> Latencies()
    {
        receiving.Keeps = false;
        return Task.FromResult(receiving.TakeLatencies());
    }
}
