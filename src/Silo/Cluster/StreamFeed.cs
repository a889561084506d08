using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orleans.Serialization;
using Orleans.Streams;

namespace Orchestrator.Cluster;

/// <summary>The feed of a cluster: a stream for each session. Subscriptions outlive the activation of their grain: news wakes one that did not give its own up.</summary>
/// <param name="provider">Where the streams are.</param>
/// <param name="waitingBytesMax">What may wait to go into one stream.</param>
public sealed class StreamFeed(IStreamProvider provider, Serializer<SessionNews[]> serializer, int waitingBytesMax, ILogger<StreamFeed> log) : ISessionFeed
{
    /// <summary>The name of the provider of streams.</summary>
    public const string Provider = "feed";

    private const string Namespace = "sessions";

    public Action<SessionNews> WriterFor(SessionId session) =>
        new StreamWriter<SessionNews>(Stream(session), serializer, new Waiting<SessionNews>(waitingBytesMax, static news => news.Bytes), log).Write;

    public async Task<IAsyncDisposable> Subscribe(SessionId session, Func<SessionNews, Task> next)
    {
        var stream = Stream(session);
        var subscription = new Subscription(new StreamReader<SessionNews>(serializer), next, log);
        var earlier = await stream.GetAllSubscriptionHandles();
        foreach (var one in earlier.Skip(1))
        {
            await one.UnsubscribeAsync();
        }

        subscription.Handle = await (earlier.Count == 0
            ? stream.SubscribeAsync((part, _) => subscription.Take(part))
            : earlier[0].ResumeAsync((part, _) => subscription.Take(part)));
        return subscription;
    }

    private IAsyncStream<StreamPart> Stream(SessionId session) => provider.GetStream<StreamPart>(StreamId.Create(Namespace, session.Value));

    private sealed class Subscription(StreamReader<SessionNews> reader, Func<SessionNews, Task> next, ILogger log) : IAsyncDisposable
    {
        public StreamSubscriptionHandle<StreamPart>? Handle { get; set; }

        public async Task Take(StreamPart part)
        {
            foreach (var news in reader.Read(part))
            {
                await Take(news);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (Handle is { } handle)
            {
                await handle.UnsubscribeAsync();
            }
        }

        /// <summary>A failure is the subscriber's own: the engine would try it again for a minute, and let everything after it wait.</summary>
        private async Task Take(SessionNews news)
        {
            try
            {
                await next(news);
            }
            catch (Exception e)
            {
                log.LogWarning(e, "A subscriber of {Session} failed at {At}", news.Session, news.At);
            }
        }
    }
}
