namespace Orchestrator.LocalEngine;

/// <summary>
/// The calls that somebody waits for, oldest first, so that one sweep finds what took too long and no call needs a
/// timer of its own. In shards, so that threads seldom meet.
/// </summary>
internal sealed class OutstandingCalls
{
    private const int ShardMask = 15;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardMask + 1).Select(_ => new Shard())];

    internal void Add(Request request, long now)
    {
        request.SentAt = now;
        request.Shard = Environment.CurrentManagedThreadId & ShardMask;
        _shards[request.Shard].Add(request);
    }

    internal void Remove(Request request)
    {
        if (request.Shard >= 0)
        {
            _shards[request.Shard].Remove(request);
        }
    }

    /// <summary>Takes out the calls that were sent at the given time or before.</summary>
    internal List<Request> TakeSentUntil(long time)
    {
        var taken = new List<Request>();
        foreach (var shard in _shards)
        {
            shard.TakeSentUntil(time, taken);
        }

        return taken;
    }

    private sealed class Shard
    {
        private readonly Lock _gate = new();
        private Request? _oldest;
        private Request? _newest;

        internal void Add(Request request)
        {
            lock (_gate)
            {
                request.Earlier = _newest;
                if (_newest is null)
                {
                    _oldest = request;
                }
                else
                {
                    _newest.Later = request;
                }

                _newest = request;
            }
        }

        internal void Remove(Request request)
        {
            lock (_gate)
            {
                Unlink(request);
            }
        }

        internal void TakeSentUntil(long time, List<Request> taken)
        {
            lock (_gate)
            {
                while (_oldest is { } oldest && oldest.SentAt <= time)
                {
                    Unlink(oldest);
                    taken.Add(oldest);
                }
            }
        }

        private void Unlink(Request request)
        {
            if (request.Earlier is null && _oldest != request)
            {
                return; // taken out before
            }

            if (request.Earlier is { } earlier)
            {
                earlier.Later = request.Later;
            }
            else
            {
                _oldest = request.Later;
            }

            if (request.Later is { } later)
            {
                later.Earlier = request.Earlier;
            }
            else
            {
                _newest = request.Earlier;
            }

            request.Earlier = request.Later = null;
        }
    }
}
