using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace Orchestrator.Micro;

/// <summary>
/// Calls on the local engine, against an actor made of a channel and nothing else: no identity, no time-out, no turns beyond its loop. The aim is less than two
/// microseconds for a call between grains.
/// </summary>
public class GrainCalls
{
    private const int Times = 1_000;

    private Engine _engine = null!;
    private ChannelActor _actor = null!;
    private IPing _ping = null!;
    private IPing _caller = null!;
    private IReentrantPing _reentrant = null!;
    private Ear _ear = null!;
    private IEar _earReference = null!;

    [GlobalSetup]
    public void Start() => StartAll().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop() => StopAll().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public async Task<int> ChannelFloor()
    {
        var sum = 0;
        for (var i = 0; i < Times; i++)
        {
            sum += await _actor.Ping(i);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public async Task<int> ClientToGrain()
    {
        var sum = 0;
        for (var i = 0; i < Times; i++)
        {
            sum += await _ping.Ping(i);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public Task<int> GrainToGrain() => _caller.Ask("one", Times);

    [Benchmark(OperationsPerInvoke = Times)]
    public async Task<int> ClientToReentrantGrain()
    {
        var sum = 0;
        for (var i = 0; i < Times; i++)
        {
            sum += await _reentrant.Ping(i);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public async Task<int> OneWay()
    {
        for (var i = 0; i < Times; i++)
        {
            _ = _ping.Note(i);
        }

        return await _ping.Settle();
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public async Task Observer()
    {
        var heard = _ear.Expect(Times);
        await _caller.Tell(_earReference, Times);
        await heard;
    }

    private async Task StartAll()
    {
        _engine = await Engine.Start();
        _actor = new ChannelActor();
        _ping = _engine.Grains.GetGrain<IPing>("one");
        _caller = _engine.Grains.GetGrain<IPing>("caller");
        _reentrant = _engine.Grains.GetGrain<IReentrantPing>("one");
        _ear = new Ear();
        _earReference = _engine.Grains.CreateObjectReference<IEar>(_ear);
        await _ping.Ping(0);
        await _caller.Ping(0);
        await _reentrant.Ping(0);
    }

    private async Task StopAll()
    {
        await _actor.Stop();
        await _engine.DisposeAsync();
    }

    private sealed class Ear : IEar
    {
        private TaskCompletionSource _heard = new();
        private int _left;

        public Task Expect(int times)
        {
            _heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _left = times;
            return _heard.Task;
        }

        public void Hear(int number)
        {
            if (--_left == 0)
            {
                _heard.SetResult();
            }
        }
    }

    /// <summary>One loop, one channel, one completion per call.</summary>
    private sealed class ChannelActor
    {
        private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>(new UnboundedChannelOptions { SingleReader = true });
        private readonly Task _loop;

        public ChannelActor() => _loop = Task.Run(Run);

        public Task<int> Ping(int number)
        {
            var call = new Call(number);
            _calls.Writer.TryWrite(call);
            return call.Task;
        }

        public Task Stop()
        {
            _calls.Writer.Complete();
            return _loop;
        }

        private async Task Run()
        {
            await foreach (var call in _calls.Reader.ReadAllAsync())
            {
                call.SetResult(call.Number);
            }
        }

        private sealed class Call(int number) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            public int Number => number;
        }
    }
}
