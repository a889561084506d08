namespace Orchestrator.Storage.Sqlite;

/// <summary>
/// The changes that wait for the writer: bounded in number and bytes, and in time. A change that has waited too long is
/// answered and never runs, also while the writer's thread hangs in the disk.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly StorageGauges _gauges;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _arrived = new(initialState: false);
    private readonly CancellationTokenSource _closed = new();
    private readonly Queue<WriteOperation> _waiting = new();
    private readonly ITimer _watch;
    private WriteOperation[] _running = [];
    private long _runningSince;
    private long _bytes;
    private bool _watching;

    public WriteQueue(StorageOptions options, TimeProvider time, StorageGauges gauges)
    {
        _options = options;
        _time = time;
        _gauges = gauges;
        _watch = time.CreateTimer(
            _ => AnswerOverdue(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsClosed => _closed.IsCancellationRequested;

    /// <summary>How many wait, with their bytes, and whether a transaction takes longer than it may.</summary>
    public (int Count, long Bytes, bool IsStalled) Load()
    {
        lock (_gate)
        {
            return (_waiting.Count, _bytes, _running.Length > 0 && IsOver(_runningSince));
        }
    }

    public void Add(WriteOperation operation)
    {
        lock (_gate)
        {
            // A single change is always taken, so that none is too large for ever.
            var isFull = _waiting.Count >= _options.WriteQueueMax
                || (_waiting.Count > 0 && _bytes + operation.Bytes > _options.WriteQueueBytesMax);
            if (IsClosed || isFull)
            {
                _gauges.WriteFailed();
                throw IsClosed
                    ? new StorageFailedException("The store is closed.")
                    : new StorageBusyException($"{_waiting.Count} writes wait for the database already; try later.");
            }
            operation.Since = _time.GetTimestamp();
            _waiting.Enqueue(operation);
            _bytes += operation.Bytes;
            Watch(_options.WriteTimeout);
        }
        _arrived.Set();
    }

    /// <summary>Waits until there is something to do; false when the queue is closed and empty.</summary>
    public bool WaitForWork()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count > 0)
                {
                    return true;
                }
                if (IsClosed)
                {
                    return false;
                }
            }
            _arrived.WaitOne();
        }
    }

    /// <summary>Lets a time pass on the writer's thread; returns at once when the queue is closed.</summary>
    public void Pause(TimeSpan time) => _closed.Token.WaitHandle.WaitOne(time);

    /// <summary>Takes what one transaction can hold. From here on each of them may have happened.</summary>
    public IReadOnlyList<WriteOperation> Take()
    {
        lock (_gate)
        {
            DropOverdue();
            var batch = new List<WriteOperation>(Math.Min(_waiting.Count, _options.BatchMax));
            var bytes = 0L;
            while (batch.Count < _options.BatchMax
                && _waiting.TryPeek(out var next)
                && (batch.Count == 0 || bytes + next.Bytes <= _options.BatchBytesMax))
            {
                bytes += next.Bytes;
                batch.Add(Dequeue());
            }
            _running = [.. batch];
            _runningSince = _time.GetTimestamp();
            Watch(_options.WriteTimeout);
            return _running;
        }
    }

    /// <summary>The batch taken last is over.</summary>
    public void Done()
    {
        lock (_gate)
        {
            _running = [];
        }
    }

    /// <summary>Nothing more is taken in; what waits is still written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed.Cancel();
        }
        _arrived.Set();
    }

    /// <summary>Answers everything that still waits.</summary>
    public void FailAll(string why)
    {
        lock (_gate)
        {
            while (_waiting.Count > 0)
            {
                Fail(Dequeue(), why);
            }
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _arrived.Dispose();
        _closed.Dispose();
    }

    private void AnswerOverdue()
    {
        lock (_gate)
        {
            _watching = false;
            DropOverdue();
            if (_running.Length > 0)
            {
                if (IsOver(_runningSince))
                {
                    FailRunning();
                }
                else
                {
                    Watch(_options.WriteTimeout - _time.GetElapsedTime(_runningSince));
                }
            }
            if (_waiting.TryPeek(out var next))
            {
                Watch(_options.WriteTimeout - _time.GetElapsedTime(next.Since));
            }
        }
    }

    private void FailRunning()
    {
        foreach (var operation in _running)
        {
            Fail(operation, "The disk has not answered in time; it is not known whether the write will be there.");
        }
    }

    private void DropOverdue()
    {
        while (_waiting.TryPeek(out var next) && IsOver(next.Since))
        {
            Fail(
                Dequeue(),
                $"The write waited {_options.WriteTimeout.TotalSeconds:0.#} s for the database and was not done.");
        }
    }

    private void Fail(WriteOperation operation, string why)
    {
        if (operation.TryFail(new StorageFailedException(why)))
        {
            _gauges.WriteFailed();
        }
    }

    private WriteOperation Dequeue()
    {
        var operation = _waiting.Dequeue();
        _bytes -= operation.Bytes;
        return operation;
    }

    private bool IsOver(long since) => _time.GetElapsedTime(since) >= _options.WriteTimeout;

    /// <summary>Looks again after the time; an earlier look that is due already stays.</summary>
    private void Watch(TimeSpan time)
    {
        if (!_watching)
        {
            _watching = true;
            // A timer may come a little early; a millisecond keeps it from turning on the spot.
            var least = TimeSpan.FromMilliseconds(1);
            _watch.Change(time > least ? time : least, Timeout.InfiniteTimeSpan);
        }
    }
}
