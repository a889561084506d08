namespace Orchestrator.Storage.Postgres;

/// <summary>Those who wait for a connection or have one: bounded in number and bytes; more are refused at once.</summary>
internal sealed class PostgresLine(string what, int countMax, long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private long _bytes;
    private bool _isClosed;

    /// <summary>How many there are, with their bytes.</summary>
    public (int Count, long Bytes) Load()
    {
        lock (_gate)
        {
            return (_count, _bytes);
        }
    }

    public void Enter(int bytes)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new StorageFailedException("The store is closed.");
            }
            // A single one is always taken, so that none is too large for ever.
            if (_count >= countMax || (_count > 0 && _bytes + bytes > bytesMax))
            {
                throw new StorageBusyException($"{_count} {what} wait for the database already; try later.");
            }
            _count++;
            _bytes += bytes;
        }
    }

    public void Leave(int bytes)
    {
        lock (_gate)
        {
            _count--;
            _bytes -= bytes;
            TellIfEmpty();
        }
    }

    /// <summary>Nobody else is taken; done when the last one has left.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            TellIfEmpty();
        }
        return _left.Task;
    }

    private void TellIfEmpty()
    {
        if (_isClosed && _count == 0)
        {
            _left.TrySetResult();
        }
    }
}
