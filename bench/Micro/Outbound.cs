using BenchmarkDotNet.Attributes;
using Orchestrator.Connections;

namespace Orchestrator.Micro;

/// <summary>One message into the queue of one connection: whose socket takes it at once, and whose socket is behind, so that what waits is joined.</summary>
public class Outbound
{
    private const int Behind = 16;
    private const int BytesMax = 8 * 1_048_576;

    private readonly byte[] _message = new byte[400];
    private readonly SlowWriter _slowWriter = new();
    private OutboundQueue _free = null!;
    private OutboundQueue _slow = null!;
    private readonly FreeWriter _bare = new();

    [GlobalSetup]
    public void Make()
    {
        _free = new OutboundQueue(_bare, BytesMax);
        _slow = new OutboundQueue(_slowWriter, BytesMax);
    }

    [Benchmark(Baseline = true)]
    public ValueTask WriterFloor() => _bare.Write(_message);

    [Benchmark]
    public void SocketIsFree() => _free.Enqueue(_message);

    [Benchmark(OperationsPerInvoke = Behind)]
    public void SocketIsBehind()
    {
        for (var i = 0; i < Behind; i++)
        {
            _slow.Enqueue(_message);
        }

        _slowWriter.TakeAll();
    }

    private sealed class FreeWriter : IFrameWriter
    {
        private long _bytes;

        public ValueTask Write(ReadOnlyMemory<byte> messages)
        {
            _bytes += messages.Length;
            return ValueTask.CompletedTask;
        }

        public void Abort(CloseCode code) => throw new InvalidOperationException($"{code} after {_bytes} bytes");
    }

    private sealed class SlowWriter : IFrameWriter
    {
        private TaskCompletionSource? _write;

        public ValueTask Write(ReadOnlyMemory<byte> messages)
        {
            _write = new TaskCompletionSource();
            return new ValueTask(_write.Task);
        }

        public void Abort(CloseCode code) => throw new InvalidOperationException($"{code}");

        public void TakeAll()
        {
            while (_write is { } write)
            {
                _write = null;
                write.SetResult();
            }
        }
    }
}
