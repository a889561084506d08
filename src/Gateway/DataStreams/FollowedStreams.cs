using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>
/// The streams that a connection hears: those its user is registered for in the session that the connection is in. It learns them from the session's events alone, in their order, or all
/// at once from the session itself; commands only wait until it has. So a command and the news of it cannot disagree, on whichever device it was given. What it is to follow is here, how it comes to follow it in FollowedStreamsWork.cs.
/// </summary>
public sealed partial class FollowedStreams(ClientConnection connection, Relay relay, IGrainFactory grains, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<SourceId, FollowedStream> _streams = [];
    private TaskCompletionSource _changed = NewSignal();
    private SessionId? _session;
    private Caller? _caller;
    private Position _seen;
    private Position _declared;

    /// <summary>The place after which what its user has declared counts for its packets.</summary>
    public Position DeclaredAt
    {
        get
        {
            lock (_gate)
            {
                return _declared;
            }
        }
    }

    /// <summary>The connection is about to see a session, for this user.</summary>
    public void Begin(SessionId session, Caller caller)
    {
        lock (_gate)
        {
            if (_session != session || _caller?.Device != caller.Device)
            {
                ForgetAll();
                (_session, _caller, _seen, _declared) = (session, caller, default, default);
            }
        }
    }

    /// <summary>The user has declared something, or begins without any declaration.</summary>
    public void Declared(SessionId session, Position at)
    {
        lock (_gate)
        {
            if (_session == session && at > _declared)
            {
                _declared = at;
            }
        }
    }

    /// <summary>An event of the session. It never waits.</summary>
    public void Happened(SessionId session, Position at, DataStreamsChanged happened)
    {
        lock (_gate)
        {
            if (_session != session)
            {
                return;
            }

            switch (happened)
            {
                case DataStreamDeclared e when e.User == _caller!.User:
                    Declared(session, at);
                    break;
                case DataStreamRemoved e when e.User == _caller!.User:
                    Declared(session, at);
                    break;
                case DataStreamRegistered e when at > _seen:
                    _ = Follow(new DataStreamId(session, e.Stream));
                    See(at);
                    break;
                case DataStreamUnregistered e when at > _seen:
                    Forget(SourceId.Of(new DataStreamId(session, e.Stream)));
                    See(at);
                    break;
            }
        }
    }

    /// <summary>Asks the session what its user is registered for, and follows just that. Done when it does, or after a while; then it goes on by itself.</summary>
    public async Task Sync(SessionId session)
    {
        await SyncAll(session).WaitAsync(WaitMax, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits until the connection knows of a change of this place, and follows a stream if it should. Refusals: <see cref="RefusalCode.Temporary"/>.</summary>
    public async Task Reach(SessionId session, Position? changedAt, DataStreamKey? stream = null)
    {
        var since = time.GetTimestamp();
        while (IsBehind(session, changedAt, stream, out var change))
        {
            var left = WaitMax - time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                throw Refusal.Temporary("The session's news of the data stream has not arrived; try again.");
            }

            await change.WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The connection does not see the session any more. Nothing of its streams is sent from now on, but for what is just being sent.</summary>
    public void End(SessionId session)
    {
        lock (_gate)
        {
            if (_session == session)
            {
                ForgetAll();
            }
        }
    }

    /// <summary>Gives up everything. Done when the streams know.</summary>
    public Task End()
    {
        lock (_gate)
        {
            ForgetAll();
            return Task.WhenAll(_streams.Values.Select(s => s.Work));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task SyncAll(SessionId session)
    {
        // What called may be in the middle of telling an event.
        await Task.Yield();
        try
        {
            Task following;
            while (!TryTake(session, await Ask(session), out following))
            {
                // Something changed while the answer was on its way.
            }

            await following;
        }
        catch (Exception e)
        {
            log.LogInformation(e, "{Connection} does not know its data streams", connection.Id);
        }
    }

    /// <summary>Null when the user is no member any more.</summary>
    private async Task<(Caller Caller, MemberStreams Streams)?> Ask(SessionId session)
    {
        while (CallerIn(session) is { } caller)
        {
            try
            {
                return (caller, await grains.GetGrain<ISessionGrain>(session.Value).GetDataStreams(caller));
            }
            catch (Refusal refusal) when (!refusal.IsTemporary)
            {
                return null;
            }
            catch (Exception e) when (!connection.IsClosed)
            {
                log.LogDebug(e, "{Session} does not tell its data streams yet", session);
                await Task.Delay(RetryAfter, time);
            }
        }

        return null;
    }

    private Caller? CallerIn(SessionId session)
    {
        lock (_gate)
        {
            return _session == session ? _caller : null;
        }
    }

    private bool TryTake(SessionId session, (Caller Caller, MemberStreams Streams)? answer, out Task following)
    {
        lock (_gate)
        {
            following = Task.CompletedTask;
            if (_session == session && answer is null)
            {
                // The session knows no such member any more.
                ForgetAll();
            }

            if (_session != session || answer is not var (caller, streams) || caller != _caller)
            {
                return true;
            }

            if (_seen > streams.At)
            {
                return false;
            }

            var ids = streams.Registered.Select(r => new DataStreamId(session, r.Stream)).ToDictionary(id => SourceId.Of(id));
            foreach (var stream in _streams.Keys.Where(s => !ids.ContainsKey(s)).ToArray())
            {
                Forget(stream);
            }

            following = Task.WhenAll(ids.Values.Select(Follow).ToArray());
            _declared = streams.At > _declared ? streams.At : _declared;
            See(streams.At);
            return true;
        }
    }

    private bool IsBehind(SessionId session, Position? changedAt, DataStreamKey? stream, out Task change)
    {
        lock (_gate)
        {
            change = _changed.Task;
            if (_session != session)
            {
                return false;
            }

            if (changedAt > _seen)
            {
                return true;
            }

            if (stream is not { } key || !_streams.TryGetValue(SourceId.Of(new DataStreamId(session, key)), out var followed))
            {
                return false;
            }

            change = followed.Work;
            return followed.IsWorking;
        }
    }

    private void See(Position at)
    {
        _seen = at;
        Signal();
    }

    private void Signal()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private void ForgetAll()
    {
        foreach (var source in _streams.Keys.ToArray())
        {
            Forget(source);
        }

        (_session, _caller) = (null, null);
        Signal();
    }
}
