using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;
using Orchestrator.SignalR;

namespace Orchestrator.Micro;

/// <summary>
/// A delivery from the relay through subscriptions and queues to the writers of this many connections; the writers do nothing. The floor gives the same bytes to the same
/// writers in a loop. Figures are per connection.
/// </summary>
public class Delivering
{
    public const int Connections = 50;
    private const long Epoch = 1;

    private readonly SignalRDialect _dialect = Samples.Dialect();
    private readonly IFrameWriter[] _writers = [.. Enumerable.Range(0, Connections).Select(_ => new NoWriter())];
    private readonly Meter _meter = new(Instruments.Name);
    private readonly MeterListener _listener = new();
    private Relay _relay = null!;
    private long _heard;
    private long _number;

    /// <summary>Whether somebody listens to the meter.</summary>
    [Params(false, true)]
    public bool IsHeard { get; set; }

    [GlobalSetup]
    public void Subscribe() => SubscribeAll().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop()
    {
        _listener.Dispose();
        _meter.Dispose();
        _relay.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Connections)]
    public async Task LoopFloor()
    {
        _number++;
        var bytes = _dialect.Encode(Next(), _number - 1);
        foreach (var writer in _writers)
        {
            await writer.Write(bytes);
        }
    }

    [Benchmark(OperationsPerInvoke = Connections)]
    public void Relay()
    {
        _number++;
        _relay.Deliver(new Delivery.Delivery(Samples.Source, Epoch, _number, [Next()]));
    }

    private Envelope Next() => new(Samples.Source, new Position(Epoch, _number), Audience.Everyone, Samples.Event);

    private async Task SubscribeAll()
    {
        if (IsHeard)
        {
            _listener.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
            _listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref _heard, measured));
            _listener.Start();
        }

        var source = new Source(Samples.Source, 0, Samples.Watch);
        source.Begin(Epoch);
        var grains = OneSource.Of(source);
        _relay = new Relay(grains, new GatewayName("gateway"), Options.Create(new GatewayOptions()), TimeProvider.System, NullLogger<Relay>.Instance);
        var gatherer = new Gatherer(Options.Create(new GatewayOptions { GatherMilliseconds = 0 }), TimeProvider.System);
        var context = new ConnectionContext(new Limits(), TimeProvider.System, gatherer, new ConnectionMeter(_meter), new GatewayName("gateway"));
        for (var i = 0; i < Connections; i++)
        {
            var connection = new ClientConnection(new ConnectionId($"{i}"), new Origin(null, true, ""), _dialect, context.Outbound(_writers[i], Lanes.Two), context);
            connection.LoggedIn(Samples.Caller(i));
            var streams = new FollowedStreams(connection, _relay, grains, TimeProvider.System, NullLogger.Instance);
            var subscriber = new SessionSubscriber(connection, new SessionId(Samples.Source.Key), _relay, streams);
            var beginning = await _relay.Subscribe(Samples.Source, subscriber, null);
            connection.Add(beginning.Subscription);
            beginning.Subscription.Release();
        }
    }

    private sealed class NoWriter : IFrameWriter
    {
        private long _bytes;

        public ValueTask Write(ReadOnlyMemory<byte> messages)
        {
            _bytes += messages.Length;
            return ValueTask.CompletedTask;
        }

        public void Abort(CloseCode code) => throw new InvalidOperationException($"{code} after {_bytes} bytes");
    }

    private sealed class Ids : IIdSource
    {
        public string Next() => "gateway";
    }
}
