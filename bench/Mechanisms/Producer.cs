using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cluster;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;
using Orleans.BroadcastChannel;

namespace Orchestrator.Mechanisms;

/// <summary>What is sent in one part of a run.</summary>
/// <param name="PerSecond">Null: as many as go, with a bounded number under way.</param>
[GenerateSerializer, Immutable]
public sealed record Load([property: Id(0)] int Bytes, [property: Id(1)] int? PerSecond, [property: Id(2)] TimeSpan Time);

/// <summary>What was sent, and what of it had arrived when the last was sent.</summary>
[GenerateSerializer, Immutable]
public sealed record Sent([property: Id(0)] long Packets, [property: Id(1)] long Arrived, [property: Id(2)] TimeSpan Time, [property: Id(3)] long Refused);

/// <summary>The grain that publishes.</summary>
public interface IProducer : IGrainWithStringKey
{
    Task Use(Mechanism mechanism);

    Task Subscribe(GatewayAddress gateway, Seat seat);

    Task<Sent> Send(Load load);

    /// <summary>So many deliveries have arrived up to now.</summary>
    [OneWay, AlwaysInterleave]
    Task Arrived(long deliveries);
}

[Reentrant, Orleans.Placement.PreferLocalPlacement]
public sealed class Producer(StreamDelivery? streams = null) : Grain, IProducer
{
    private static readonly TimeSpan StallMax = TimeSpan.FromSeconds(3);
    private static readonly SourceId Id = SourceId.Of(new DataStreamId(new SessionId("bench"), new DataStreamKey(new UserId("bench"), "video")));
    private static readonly DataStream Video = new("video", string.Empty);

    private readonly Source _source = new(Id, logBytesMax: 1_048_576, new BenchWatch(streams));
    private Func<Envelope, Task> _send = static _ => Task.CompletedTask;
    private Mechanism _mechanism;
    private TaskCompletionSource _news = new();
    private long _seq;
    private long _arrived;
    private long _refused;

    public Task Use(Mechanism mechanism)
    {
        _mechanism = mechanism;
        _source.Begin(1);
        _send = mechanism switch
        {
            Mechanism.Relay or Mechanism.StreamDriver => Publish,
            Mechanism.Calls => CallEach(),
            Mechanism.Channels => WriteEach(),
            _ => Stream(),
        };
        return Task.CompletedTask;
    }

    public Task Subscribe(GatewayAddress gateway, Seat seat)
    {
        _source.Subscribe(gateway, seat, after: null, static () => new DataStreamSnapshot());
        return Task.CompletedTask;
    }

    public async Task<Sent> Send(Load load)
    {
        var payload = Payload.Binary(new byte[load.Bytes]);
        var (start, packets, arrivedBefore) = (Stopwatch.GetTimestamp(), 0L, _arrived);
        (_seq, _refused) = (0, 0);
        while (Stopwatch.GetElapsedTime(start) < load.Time && await MayGo(load, start, packets, arrivedBefore))
        {
            packets++;
            _ = Counted(_send(Next(payload)));
        }

        return new Sent(packets, _arrived - arrivedBefore, Stopwatch.GetElapsedTime(start), _refused);
    }

    public Task Arrived(long deliveries)
    {
        _arrived = Math.Max(_arrived, deliveries);
        Interlocked.Exchange(ref _news, new TaskCompletionSource()).SetResult();
        return Task.CompletedTask;
    }

    /// <summary>Waits for the moment of the next packet, or for room; false when nothing arrives any more.</summary>
    private async Task<bool> MayGo(Load load, long start, long packets, long arrivedBefore)
    {
        if (load.PerSecond is { } perSecond)
        {
            var early = TimeSpan.FromSeconds(packets / (double)perSecond) - Stopwatch.GetElapsedTime(start);
            await Task.Delay(early > TimeSpan.Zero ? early : TimeSpan.Zero);
            return true;
        }

        while (packets - ((_arrived - arrivedBefore) / Receiving.Receivers) >= UnderWayMax(load))
        {
            var news = _news.Task;
            if (await Task.WhenAny(news, Task.Delay(StallMax)) != news)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Enough to keep everything busy: what is pulled waits for the next pull.</summary>
    private int UnderWayMax(Load load) => (MechanismSetup.Pull(_mechanism) is not null, load.Bytes > 1_000) switch
    {
        (true, false) => 1_000,
        (true, true) => 200,
        (false, false) => 400,
        (false, true) => 50,
    };

    private async Task Counted(Task send)
    {
        try
        {
            await send;
        }
        catch (Exception)
        {
            _refused++; // a queue that is full says so
        }
    }

    private Envelope Next(Payload payload) =>
        new(Id, new Position(1, ++_seq), Audience.Everyone, new PacketSent(new UserId("bench"), Video, payload, Stopwatch.GetTimestamp()));

    private Task Publish(Envelope envelope)
    {
        _source.Publish([Outgoing.ToEveryone(envelope.Event)]);
        return Task.CompletedTask;
    }

    private Func<Envelope, Task> CallEach()
    {
        IReceiver[] receivers = [.. Enumerable.Range(0, Receiving.Receivers).Select(i => GrainFactory.GetGrain<IReceiver>(Receiving.NameOf(i)))];
        return envelope =>
        {
            var delivery = Delivered(envelope);
            foreach (var receiver in receivers)
            {
                _ = receiver.Take(delivery);
            }

            return Task.CompletedTask;
        };
    }

    private Func<Envelope, Task> WriteEach()
    {
        var provider = ServiceProvider.GetRequiredKeyedService<IBroadcastChannelProvider>(MechanismSetup.Provider);
        IBroadcastChannelWriter<Delivery.Delivery>[] channels =
            [.. Enumerable.Range(0, Receiving.Receivers).Select(i => provider.GetChannelWriter<Delivery.Delivery>(ChannelId.Create(MechanismSetup.Provider, Receiving.NameOf(i))))];
        return envelope =>
        {
            var delivery = Delivered(envelope);
            return Task.WhenAll(channels.Select(channel => channel.Publish(delivery)));
        };
    }

    private Func<Envelope, Task> Stream()
    {
        var stream = this.GetStreamProvider(MechanismSetup.Provider).GetStream<Delivery.Delivery>(Receiving.Stream);
        return envelope => stream.OnNextAsync(Delivered(envelope));
    }

    private static Delivery.Delivery Delivered(Envelope envelope) => new(envelope.Source, envelope.At.Epoch, envelope.At.Seq, [envelope]);
}

/// <summary>Leads to the gateway over the driver that is measured.</summary>
internal sealed class BenchWatch(StreamDelivery? streams) : IGatewayWatch
{
    public bool IsThere(string? gateway) => true;

    public IRelay WayTo(GatewayAddress gateway) => streams?.WayTo(gateway) ?? gateway.Relay;

    public void Heard(SourceId source, string gateway)
    {
    }

    public void Unheard(SourceId source, string gateway)
    {
    }
}
