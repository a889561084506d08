using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Delivery;

namespace Orchestrator.Micro;

/// <summary>A live change that nothing is written of, as every scene event is one: decide, publish, reply.</summary>
public class Committing
{
    private Committer<string> _committer = null!;
    private Source _source = null!;

    [GlobalSetup]
    public void Begin()
    {
        _source = new Source(Samples.Source, new Limits().SourceLogBytesMax, Samples.Watch);
        _source.Subscribe(new GatewayAddress("gateway", new SilentRelay()), Samples.Seat(0), null, static () => null!);
        _committer = new Committer<string>(
            new NoState(), new(static () => null, _source, static _ => { }, static () => { }, new Limits(), TimeProvider.System, NullLogger.Instance));
        _committer.Begin().GetAwaiter().GetResult();
    }

    [Benchmark(Baseline = true)]
    public void PublishAlone() => _source.Publish(Samples.Happened);

    [Benchmark]
    public Position Live() => _committer.Live(null, static () => Samples.Happened, () => _source.At);

    private sealed class NoState : IPersistentState<Stored<string>>
    {
        public Stored<string> State { get; set; } = new();

        public string? Etag => null;

        public bool RecordExists => false;

        public Task WriteStateAsync() => Task.CompletedTask;

        public Task ReadStateAsync() => Task.CompletedTask;

        public Task ClearStateAsync() => Task.CompletedTask;
    }
}
