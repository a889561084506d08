using System.Buffers;

namespace Orchestrator.EngineIo;

/// <summary>Long polling: what is to be written waits until the client asks for it. There is one poll at a time, and one post.</summary>
internal sealed class PollingTransport(int bytesPerPoll, bool isInBase64) : IEngineIoTransport
{
    private readonly Lock _gate = new();
    private ReadOnlyMemory<byte> _frames;
    private TaskCompletionSource<bool>? _taken;
    private TaskCompletionSource? _news;
    private WebSocketTransport? _upgrade;
    private bool _isPolled;
    private bool _isPosted;
    private bool _isReplaced;
    private bool _isClosed;

    /// <summary>Whether the client takes no bytes; only clients of version 3 do at all.</summary>
    public bool IsInBase64 => isInBase64;

    public ValueTask<bool> Write(ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            if (_isReplaced || _isClosed)
            {
                return ValueTask.FromResult(_isClosed);
            }

            _frames = frames;
            // Who takes it goes on at once with what comes next, so that one poll gets all there is.
            _taken = new TaskCompletionSource<bool>();
            _news?.TrySetResult();
            return new ValueTask<bool>(_taken.Task);
        }
    }

    public void Close(Ending ending)
    {
        WebSocketTransport? upgrade;
        TaskCompletionSource<bool>? taken;
        lock (_gate)
        {
            _isClosed = true;
            (upgrade, taken) = (_upgrade, _taken);
            _taken = null;
            _news?.TrySetResult();
        }

        taken?.TrySetResult(true);
        upgrade?.Close(ending);
    }

    /// <summary>Waits until there is something for the client, and takes all there is; false when another poll waits already.</summary>
    public async Task<bool> Poll(ArrayBufferWriter<byte> frames, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_isPolled)
            {
                return false;
            }

            _isPolled = true;
        }

        try
        {
            while (!TryTake(frames, out var news))
            {
                await news.WaitAsync(cancel);
            }
        }
        finally
        {
            lock (_gate)
            {
                _isPolled = false;
                _news = null;
            }
        }

        return true;
    }

    /// <summary>False when another post is being read, or the client has left polling.</summary>
    public bool BeginPost()
    {
        lock (_gate)
        {
            var mayBegin = !_isPosted && !_isReplaced;
            _isPosted |= mayBegin;
            return mayBegin;
        }
    }

    public void EndPost()
    {
        lock (_gate)
        {
            _isPosted = false;
        }
    }

    /// <summary>The client is about to leave: a poll is no longer held, so that it need not wait. False when it does that already.</summary>
    public bool BeginUpgrade(WebSocketTransport upgrade)
    {
        lock (_gate)
        {
            if (_upgrade is not null || _isClosed)
            {
                return false;
            }

            _upgrade = upgrade;
            _news?.TrySetResult();
            return true;
        }
    }

    public void GiveUpUpgrade()
    {
        lock (_gate)
        {
            _upgrade = null;
        }
    }

    /// <summary>The client has left: what nobody has polled goes the other way. False when it still posts, or the connection has ended.</summary>
    public bool CompleteUpgrade(EngineIoConnection connection, WebSocketTransport upgrade)
    {
        TaskCompletionSource<bool>? taken;
        lock (_gate)
        {
            if (_isPosted || !connection.MoveTo(upgrade))
            {
                return false;
            }

            _isReplaced = true;
            taken = _taken;
            _taken = null;
            _news?.TrySetResult();
        }

        taken?.TrySetResult(false);
        return true;
    }

    /// <summary>False when there is nothing to take; gives what to wait for.</summary>
    private bool TryTake(ArrayBufferWriter<byte> frames, out Task news)
    {
        news = Task.CompletedTask;
        while (true)
        {
            TaskCompletionSource<bool> taken;
            lock (_gate)
            {
                if (_taken is null || frames.WrittenCount > bytesPerPoll)
                {
                    return frames.WrittenCount > 0 || TrySayWhyNot(frames, out news);
                }

                frames.Write(_frames.Span);
                (taken, _taken) = (_taken, null);
            }

            taken.TrySetResult(true);
        }
    }

    /// <summary>Nothing is to be written: a client that has no more to wait for is told so.</summary>
    private bool TrySayWhyNot(ArrayBufferWriter<byte> frames, out Task news)
    {
        news = Task.CompletedTask;
        if (_isClosed)
        {
            frames.Write(Frames.Packet("1"u8));
            return true;
        }

        if (_upgrade is not null)
        {
            frames.Write(Frames.Packet("6"u8));
            return true;
        }

        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        news = _news.Task;
        return false;
    }
}
