using BenchmarkDotNet.Attributes;
using Orchestrator.Delivery;

namespace Orchestrator.Micro;

/// <summary>Source.Publish: one event to a gateway with this many seats. It must not depend on their number.</summary>
public class Publishing
{
    private const long Epoch = 1;
    private const int LogBytes = 2 * 1_048_576;

    private readonly Source _source = new(Samples.Source, LogBytes, Samples.Watch);

    [Params(1, 50, 1_000)]
    public int Seats { get; set; }

    [GlobalSetup]
    public void Enter()
    {
        _source.Begin(Epoch);
        var gateway = new GatewayAddress("gateway", new SilentRelay());
        for (var i = 0; i < Seats; i++)
        {
            _source.Subscribe(gateway, Samples.Seat(i), null, static () => null!);
        }
    }

    [Benchmark]
    public void Publish() => _source.Publish(Samples.Happened);
}
