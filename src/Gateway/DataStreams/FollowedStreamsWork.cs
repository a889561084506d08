using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;

namespace Orchestrator.DataStreams;

/// <summary>Subscribes to what is wanted and gives up what is not.</summary>
public sealed partial class FollowedStreams
{
    private Task Follow(DataStreamId id)
    {
        var source = SourceId.Of(id);
        if (!_streams.TryGetValue(source, out var stream))
        {
            _streams[source] = stream = new FollowedStream(source);
        }

        (stream.IsWanted, stream.Seat) = (true, new Seat(connection.Id, _caller!.User, _caller.Device));
        return WorkOn(stream);
    }

    private void Forget(SourceId source)
    {
        if (!_streams.TryGetValue(source, out var stream))
        {
            return;
        }

        stream.IsWanted = false;
        Drop(stream);
        _ = WorkOn(stream);
    }

    private void Drop(FollowedStream stream)
    {
        if (stream.Subscription is { } subscription)
        {
            relay.Drop(subscription);
            stream.Left = subscription;
        }

        (stream.Subscription, stream.Subscriber) = (null, null);
        // After the drop, so that nothing can follow.
        connection.Forget(stream.Source);
    }

    private Task WorkOn(FollowedStream stream)
    {
        if (!stream.IsWorking)
        {
            stream.IsWorking = true;
            stream.Work = Work(stream);
        }

        return stream.Work;
    }

    /// <summary>Subscribes and gives up, one after the other, until it is as it is wanted: engines promise no order between two calls in flight.</summary>
    private async Task Work(FollowedStream stream)
    {
        // What called is in the middle of a change.
        await Task.Yield();
        while (true)
        {
            Subscription? left;
            lock (_gate)
            {
                var isWanted = stream.IsWanted && !connection.IsClosed;
                if (!isWanted)
                {
                    Drop(stream);
                }

                (left, stream.Left) = (stream.Left, null);
                if (left is null && (!isWanted || stream.Subscription is not null))
                {
                    stream.IsWorking = false;
                    if (!isWanted)
                    {
                        _streams.Remove(stream.Source);
                    }

                    return;
                }
            }

            await (left is null ? Subscribe(stream) : relay.Unsubscribe(left));
        }
    }

    private async Task Subscribe(FollowedStream stream)
    {
        PacketSubscriber subscriber;
        lock (_gate)
        {
            stream.Subscriber = subscriber = new PacketSubscriber(connection, stream.Seat!, stream.Source, s => Lost(stream, s));
        }

        try
        {
            var beginning = await relay.Subscribe(stream.Source, subscriber, after: null);
            lock (_gate)
            {
                if (stream.Subscriber == subscriber && stream.IsWanted)
                {
                    stream.Subscription = beginning.Subscription;
                    beginning.Subscription.Release();
                }
                else
                {
                    relay.Drop(beginning.Subscription);
                    stream.Left = beginning.Subscription;
                }
            }
        }
        catch (Refusal refusal) when (!refusal.IsTemporary)
        {
            // Unregistered meanwhile; the session's event says so too.
            Lost(stream, subscriber);
        }
        catch (Exception e)
        {
            log.LogInformation(e, "{Connection} does not hear {Stream} yet", connection.Id, stream.Source);
            await Task.Delay(RetryAfter, time);
        }
    }

    /// <summary>The stream does not let it in; but it may have been given up, and followed anew, since that subscriber asked.</summary>
    private void Lost(FollowedStream stream, PacketSubscriber subscriber)
    {
        lock (_gate)
        {
            if (stream.Subscriber == subscriber)
            {
                stream.IsWanted = false;
                _ = WorkOn(stream);
            }
        }
    }
}
