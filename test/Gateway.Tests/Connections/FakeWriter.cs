using System.Text;

namespace Orchestrator.Connections;

/// <summary>A socket that takes what it is given at once, unless it is stalled.</summary>
internal sealed class FakeWriter : IFrameWriter
{
    private TaskCompletionSource? _stall;
    private int _atOnce;

    public List<string> Writes { get; } = [];

    public CloseCode? Closed { get; private set; }

    public int Aborts { get; private set; }

    public int AtOnceMax { get; private set; }

    public Exception? Failure { get; set; }

    public bool ThrowAtOnce { get; set; }

    /// <summary>What comes of an abort, before the one who aborts goes on.</summary>
    public Action? Aborted { get; init; }

    public void Stall() => _stall ??= new TaskCompletionSource();

    /// <summary>Lets the present write go on; the next one stalls again.</summary>
    public void GoOnOnce()
    {
        var stall = _stall;
        _stall = new TaskCompletionSource();
        stall?.SetResult();
    }

    public void GoOn(Exception? failure = null)
    {
        var stall = _stall;
        _stall = null;
        if (failure is not null)
        {
            stall?.SetException(failure);
            return;
        }

        stall?.SetResult();
    }

    public ValueTask Write(ReadOnlyMemory<byte> messages)
    {
        if (ThrowAtOnce)
        {
            throw new IOException("Gone.");
        }

        return WriteLater(messages);
    }

    public void Abort(CloseCode code)
    {
        Aborts++;
        Closed = code;
        Aborted?.Invoke();
    }

    private async ValueTask WriteLater(ReadOnlyMemory<byte> messages)
    {
        AtOnceMax = Math.Max(AtOnceMax, Interlocked.Increment(ref _atOnce));
        Writes.Add(Encoding.ASCII.GetString(messages.Span));
        try
        {
            if (Failure is { } failure)
            {
                throw failure;
            }

            if (_stall is { } stall)
            {
                await stall.Task;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }
}
