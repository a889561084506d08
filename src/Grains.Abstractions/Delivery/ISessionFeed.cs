using System.Collections.Immutable;
using Orchestrator.Sessions;

namespace Orchestrator.Delivery;

/// <summary>
/// What sessions publish, for grains that may lag and that come and go: recorders, webhooks, analytics. It is no delivery to clients: nothing is sent again, and a subscriber sees by the places what it
/// has missed. Envelopes for some users alone are in it too, with their audience; whoever passes them on keeps to it.
/// </summary>
public interface ISessionFeed
{
    /// <summary>Where a session writes what it publishes, in its turns; null when nothing is fed. Writing never waits and never fails.</summary>
    Action<SessionNews>? WriterFor(SessionId session);

    /// <summary>
    /// Subscribes to a session, from now on. Called by a grain in one of its turns; <paramref name="next"/> runs in turns of that grain, in order and once at a time, and may stand between two steps of another
    /// call. What it fails with is logged, and that news is over for this subscriber. Given up by disposing, at the latest in <c>OnDeactivateAsync</c>; a grain has one subscription to a session, and one more takes
    /// the place of the one before. Throws <see cref="InvalidOperationException"/> when nothing is fed.
    /// </summary>
    Task<IAsyncDisposable> Subscribe(SessionId session, Func<SessionNews, Task> next);
}

/// <summary>What a session has published in one step, but for what nobody keeps: sound.</summary>
/// <param name="After">The place of what was fed before it. Whoever has another one as its last has missed something; (epoch, 0) is the first of an activation, and nobody knows how much of the epoch before it was lost.</param>
[GenerateSerializer, Immutable, Alias("session-news")]
public sealed record SessionNews([property: Id(0)] SessionId Session, [property: Id(1)] Position After, [property: Id(2)] ImmutableArray<Envelope> Envelopes)
{
    /// <summary>The place up to which this leads.</summary>
    public Position At => Envelopes[^1].At;

    /// <summary>What it costs to keep, in bytes; an estimate is enough.</summary>
    public int Bytes => Envelopes.Sum(static e => e.Event.Bytes);
}
