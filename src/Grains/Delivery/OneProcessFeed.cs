using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Sessions;

namespace Orchestrator.Delivery;

/// <summary>The feed of an engine of one process: a queue for each subscriber, which its own turns empty.</summary>
/// <param name="waitingBytesMax">What may wait for one subscriber.</param>
public sealed class OneProcessFeed(int waitingBytesMax, ILogger<OneProcessFeed> log) : ISessionFeed
{
    private readonly ConcurrentDictionary<SessionId, ImmutableArray<Subscription>> _subscriptions = new();
    private readonly int _waitingBytesMax = waitingBytesMax;
    private readonly ILogger _log = log;

    public Action<SessionNews> WriterFor(SessionId session) => news =>
    {
        if (_subscriptions.TryGetValue(session, out var subscriptions))
        {
            foreach (var subscription in subscriptions)
            {
                subscription.Add(news);
            }
        }
    };

    public Task<IAsyncDisposable> Subscribe(SessionId session, Func<SessionNews, Task> next)
    {
        // A grain's turns have a context of their own, and what begins there goes on there.
        var subscription = new Subscription(this, session, next, SynchronizationContext.Current);
        _subscriptions.AddOrUpdate(
            session,
            static (_, added) => [added],
            static (_, others, added) => others.RemoveAll(other => other.IsReplacedBy(added)).Add(added),
            subscription);
        return Task.FromResult<IAsyncDisposable>(subscription);
    }

    private void Remove(SessionId session, Subscription subscription)
    {
        var left = _subscriptions.AddOrUpdate(session, static (_, _) => [], static (_, others, gone) => others.Remove(gone), subscription);
        if (left.IsEmpty)
        {
            _subscriptions.TryRemove(KeyValuePair.Create(session, left));
        }
    }

    private sealed class Subscription(OneProcessFeed feed, SessionId session, Func<SessionNews, Task> next, SynchronizationContext? turns) : IAsyncDisposable
    {
        private readonly Waiting<SessionNews> _waiting = new(feed._waitingBytesMax, static news => news.Bytes);
        private readonly Lock _gate = new();
        private bool _isAtWork;
        private bool _isOver;

        public bool IsReplacedBy(Subscription other) => turns is not null && turns == other.Turns;

        private SynchronizationContext? Turns => turns;

        public void Add(SessionNews news)
        {
            lock (_gate)
            {
                if (_isOver)
                {
                    return;
                }

                _waiting.Add(news);
                if (_isAtWork)
                {
                    return;
                }

                _isAtWork = true;
            }

            if (turns is null)
            {
                _ = Task.Run(Work);
                return;
            }

            turns.Post(static work => _ = ((Subscription)work!).Work(), this);
        }

        public ValueTask DisposeAsync()
        {
            lock (_gate)
            {
                _isOver = true;
            }

            feed.Remove(session, this);
            return ValueTask.CompletedTask;
        }

        private async Task Work()
        {
            while (TryTake(out var news))
            {
                try
                {
                    await next(news);
                }
                catch (Exception e)
                {
                    feed._log.LogWarning(e, "A subscriber of {Session} failed at {At}", session, news.At);
                }
            }
        }

        private bool TryTake(out SessionNews news)
        {
            lock (_gate)
            {
                _isAtWork = !_isOver && !_waiting.IsEmpty;
                news = _isAtWork ? _waiting.TakeFirst() : null!;
                return _isAtWork;
            }
        }
    }
}
