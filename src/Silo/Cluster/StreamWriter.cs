using System.Diagnostics.CodeAnalysis;
using Orchestrator.Delivery;
using Orleans.Serialization;
using Orleans.Streams;

namespace Orchestrator.Cluster;

/// <summary>
/// Writes into one stream, and lets nobody wait. One write is under way at most, because two might overtake each other; what comes meanwhile rides on the next one. What does not go in is lost: whoever reads
/// it sees that by numbers of its own.
/// </summary>
internal sealed class StreamWriter<T>(IAsyncStream<StreamPart> stream, Serializer<T[]> serializer, Waiting<T> waiting, ILogger log)
{
    private readonly Lock _gate = new();
    private bool _isAtWork;
    private long _batch;

    public void Write(T item)
    {
        lock (_gate)
        {
            waiting.Add(item);
            if (_isAtWork)
            {
                return;
            }

            _isAtWork = true;
        }

        // Not in the turn of the grain that writes: it has other things to do.
        _ = Task.Run(WriteAll);
    }

    private async Task WriteAll()
    {
        while (TryTake(out var items))
        {
            try
            {
                foreach (var part in StreamPart.Of(++_batch, serializer.SerializeToArray(items)))
                {
                    await stream.OnNextAsync(part);
                }
            }
            catch (Exception e)
            {
                log.LogWarning(e, "{Count} items did not get into {Stream}", items.Length, stream.StreamId);
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out T[]? items)
    {
        lock (_gate)
        {
            items = waiting.TakeAll();
            return _isAtWork = items.Length > 0;
        }
    }
}
