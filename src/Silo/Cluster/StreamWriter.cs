using Orchestrator.Delivery;
using Orleans.Serialization;
using Orleans.Streams;

namespace Orchestrator.Cluster;

/// <summary>
/// Writes the news of one session into its stream, and lets nobody wait. One write is under way at most, because two might overtake each other; what comes meanwhile rides on the next one. What does not go in is lost, and the
/// places show it.
/// </summary>
internal sealed class StreamWriter(IAsyncStream<byte[]> stream, Serializer<SessionNews> serializer, int waitingBytesMax, ILogger log)
{
    // A message has to fit into a block of the stream's cache, which has 1 MiB. One that does not spoils what was taken out of its queue together with it, of other sessions, too.
    private const int MessageBytesMax = 768 * 1_024;

    private readonly Waiting<SessionNews> _waiting = new(waitingBytesMax, static news => news.Bytes);
    private readonly Lock _gate = new();
    private bool _isAtWork;

    public void Write(SessionNews news)
    {
        lock (_gate)
        {
            _waiting.Add(news);
            if (_isAtWork)
            {
                return;
            }

            _isAtWork = true;
        }

        // Not in the turn of the session: it has other things to do.
        _ = Task.Run(WriteAll);
    }

    private async Task WriteAll()
    {
        while (TryTake(out var news))
        {
            foreach (var message in Messages(news))
            {
                try
                {
                    await stream.OnNextBatchAsync(message);
                }
                catch (Exception e)
                {
                    log.LogWarning(e, "{Count} news did not get into {Stream}", message.Count, stream.StreamId);
                }
            }
        }
    }

    private bool TryTake(out IReadOnlyList<SessionNews> news)
    {
        lock (_gate)
        {
            news = _waiting.TakeAll();
            return _isAtWork = news.Count > 0;
        }
    }

    /// <summary>As few as there can be, none of them too large.</summary>
    private IEnumerable<List<byte[]>> Messages(IReadOnlyList<SessionNews> news)
    {
        var (message, bytes) = (new List<byte[]>(), 0);
        foreach (var one in news)
        {
            var item = serializer.SerializeToArray(one);
            if (item.Length > MessageBytesMax)
            {
                log.LogWarning("{At} is too large for {Stream}: {Bytes} bytes", one.At, stream.StreamId, item.Length);
                continue;
            }

            if (bytes + item.Length > MessageBytesMax)
            {
                yield return message;
                (message, bytes) = ([], 0);
            }

            message.Add(item);
            bytes += item.Length;
        }

        if (message.Count > 0)
        {
            yield return message;
        }
    }
}
