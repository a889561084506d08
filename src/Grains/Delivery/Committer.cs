using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Delivery;

/// <summary>What a committer works with.</summary>
/// <param name="State">The state to write now; null when there is nothing to keep.</param>
/// <param name="Source">Where events are published; null for a grain that publishes nothing.</param>
/// <param name="Published">Runs after events were published: what follows from them elsewhere.</param>
/// <param name="Deactivate">Ends the activation.</param>
public sealed record CommitterContext<TState>(
    Func<TState?> State, Source? Source, Action<IReadOnlyList<Outgoing>> Published, Action Deactivate, Limits Limits, TimeProvider Time, ILogger Log)
    where TState : class
{
    /// <summary>Changes are written no more often than this; nothing that waits for its write should be among them.</summary>
    public TimeSpan WritePeriod { get; init; }
}

/// <summary>
/// Takes what a command has decided and applied, and lets its publications and its reply out in order. Durable changes wait for their write, of which
/// at most one is in flight: what happens meanwhile rides on the next one. Live changes wait for nothing and are written behind. It belongs to one
/// activation and is used in its turns only, which is why nothing here is locked.
/// </summary>
public sealed class Committer<TState>(IPersistentState<Stored<TState>> store, CommitterContext<TState> context)
    where TState : class
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryLast = TimeSpan.FromSeconds(5);

    // A write takes a few milliseconds where the store is well.
    private static readonly TimeSpan KeptMax = TimeSpan.FromMilliseconds(100);

    private readonly KeyedReplies _replies = new(context.Limits.KeysPerGrainMax);
    private readonly CancellationTokenSource _ended = new();
    private ImmutableList<Held> _held = [];
    private ImmutableList<Held> _inFlight = [];
    private Task _writing = Task.CompletedTask;
    private TaskCompletionSource? _waiting;
    private long _changes;
    private long _written;
    private long _writingSince;
    private bool _isFailing;
    private bool _isBroken;

    /// <summary>
    /// Loads what the record holds and takes an epoch. A source that was never stored begins with the time, so that a new session needs no write; one that
    /// was stored takes the next epoch by a conditional write, so that two activations never share one. Refusals: <see cref="RefusalCode.Temporary"/>.
    /// </summary>
    public async Task<TState?> Begin()
    {
        var now = context.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!store.RecordExists)
        {
            Epoch = now;
            context.Source?.Begin(Epoch);
            return null;
        }

        var stored = store.State;
        _replies.Load(stored.Replies);
        Epoch = stored.Epoch;
        if (context.Source is { } source)
        {
            Epoch = Math.Max(stored.Epoch + 1, now);
            store.State = stored with { Epoch = Epoch };
            await WriteOrRefuse();
            source.Begin(Epoch);
        }

        return stored.State;
    }

    private long Epoch { get; set; }

    private bool IsDirty => _written < _changes;

    /// <summary>The first reply to a key; for commands that have work to do before they decide.</summary>
    public bool TryRecall<TReply>(CommandKey? key, out TReply reply, [CallerMemberName] string command = "")
    {
        reply = default!;
        return key is { } known && _replies.TryRecall(known, command, out reply);
    }

    /// <summary>Decides and applies, publishes at once, replies at once, writes behind.</summary>
    /// <param name="key">A known key gets the first reply again, and nothing is decided.</param>
    public TReply Live<TReply>(CommandKey? key, Func<IReadOnlyList<Outgoing>> decide, Func<TReply> reply, [CallerMemberName] string command = "")
    {
        DemandWhole();
        if (key is { } known && _replies.TryRecall<TReply>(known, command, out var first))
        {
            return first;
        }

        var happened = decide();
        Publish(happened);
        var answer = reply();
        if (key is { } fresh)
        {
            _replies.Remember(fresh, command, answer);
        }

        if (key is not null || happened.Any(h => h.Event.ChangesState))
        {
            Dirty();
        }

        return answer;
    }

    /// <summary>
    /// Decides and applies; publishes and replies when it is written. Refusals: <see cref="RefusalCode.Temporary"/> when the write failed; the activation
    /// has then ended, and the next one reads what is true.
    /// </summary>
    public async Task<TReply> Durable<TReply>(CommandKey? key, Func<IReadOnlyList<Outgoing>> decide, Func<TReply> reply, [CallerMemberName] string command = "")
    {
        DemandWhole();
        if (key is { } known && _replies.TryRecall<TReply>(known, command, out var first))
        {
            // The first one may still be on its way to the store: its write is this one's too.
            await Settled();
            return first;
        }

        if (_held.Count + _inFlight.Count >= context.Limits.HeldPerGrainMax)
        {
            throw Refusal.Temporary("Too many changes are waiting to be written.");
        }

        var happened = decide();
        var answer = reply();
        if (key is { } fresh)
        {
            _replies.Remember(fresh, command, answer);
        }

        var held = new Held(happened);
        _held = _held.Add(held);
        Dirty();
        await held.Written.Task;
        return answer;
    }

    /// <summary>Done when everything that was held at the call is written; a live change is never held. Refused when it was not written.</summary>
    public Task Settled() => _isBroken ? Task.FromException(Broken()) : (_held.LastOrDefault() ?? _inFlight.LastOrDefault())?.Written.Task ?? Task.CompletedTask;

    /// <summary>
    /// Done when all changes up to now are written, or when a write takes longer than that: a store that is slow or away holds nobody up. Whoever is answered after this finds
    /// a live change again after a crash, too. Refusals: <see cref="RefusalCode.Temporary"/> when somebody else has written in between, so that the change is lost with the activation.
    /// </summary>
    public async Task Kept()
    {
        var (kept, since) = (_changes, context.Time.GetTimestamp());
        while (_written < kept && !_isBroken && !_isFailing && context.Time.GetElapsedTime(_writingSince) < KeptMax)
        {
            var left = KeptMax - context.Time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _waiting.Task.WaitAsync(left, context.Time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        if (_written < kept)
        {
            DemandWhole();
        }
    }

    /// <summary>Writes what is left, at the end of an activation.</summary>
    public async Task End(CancellationToken cancellationToken)
    {
        context.Source?.End();
        // Whoever still tries again stops doing so after its present write.
        await _ended.CancelAsync();
        await _writing.WaitAsync(cancellationToken);
        if (IsDirty && !_isBroken)
        {
            try
            {
                await WriteNow();
            }
            catch (Exception e)
            {
                Break(e);
            }
        }
    }

    /// <summary>A remembered reply, too, may be one that was never written.</summary>
    private void DemandWhole()
    {
        if (_isBroken)
        {
            throw Broken();
        }
    }

    private static Refusal Broken() => Refusal.Temporary("The store did not take an earlier change; try again.");

    private void Publish(IReadOnlyList<Outgoing> happened)
    {
        if (happened.Count > 0)
        {
            context.Source?.Publish(happened);
            context.Published(happened);
        }
    }

    private void Dirty()
    {
        _changes++;
        if (_writing.IsCompleted)
        {
            _writingSince = context.Time.GetTimestamp();
            _writing = Write();
        }
    }

    private async Task Write()
    {
        var retry = RetryFirst;
        while (IsDirty && !_isBroken)
        {
            try
            {
                await WriteNow();
                retry = RetryFirst;
                await Rest();
            }
            catch (Exception e) when (_inFlight.Count > 0 || e is InconsistentStateException)
            {
                Break(e);
            }
            catch (Exception e)
            {
                _isFailing = true;
                ReleaseWaiting();
                context.Log.LogWarning(e, "{State} is not written yet, next try in {Retry}", typeof(TState).Name, retry);
                if (_ended.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(retry, context.Time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                retry = retry * 2 < RetryLast ? retry * 2 : RetryLast;
            }
        }
    }

    /// <summary>What changes meanwhile is the next write's. The end of the activation does not wait for it.</summary>
    private async Task Rest()
    {
        if (context.WritePeriod > TimeSpan.Zero)
        {
            await Task.Delay(context.WritePeriod, context.Time, _ended.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task WriteNow()
    {
        var changes = _changes;
        (_inFlight, _held) = (_held, []);
        if (context.State() is not { } state)
        {
            if (store.RecordExists)
            {
                await store.ClearStateAsync();
            }
        }
        else
        {
            store.State = new Stored<TState> { Epoch = Epoch, State = state, Replies = _replies.All };
            await store.WriteStateAsync();
        }

        foreach (var held in _inFlight)
        {
            Publish(held.Happened);
            held.Written.SetResult();
        }

        _inFlight = [];
        _written = changes;
        _writingSince = context.Time.GetTimestamp();
        _isFailing = false;
        ReleaseWaiting();
    }

    private void ReleaseWaiting()
    {
        _waiting?.SetResult();
        _waiting = null;
    }

    /// <summary>Memory and store may differ now, so nothing more is decided here: the next activation reads what is true.</summary>
    private void Break(Exception e)
    {
        context.Log.LogWarning(e, "A change of {State} was not written; the activation ends", typeof(TState).Name);
        _isBroken = true;
        foreach (var held in _inFlight.Concat(_held))
        {
            held.Written.SetException(Refusal.Temporary("The change could not be written; nothing has changed; try again."));
        }

        _inFlight = [];
        _held = [];
        ReleaseWaiting();
        context.Deactivate();
    }

    private async Task WriteOrRefuse()
    {
        try
        {
            await store.WriteStateAsync();
        }
        catch (Exception e) when (e is not Refusal)
        {
            context.Log.LogWarning(e, "{State} could not take its epoch", typeof(TState).Name);
            throw Refusal.Temporary("The store does not answer; try again.");
        }
    }

    private sealed record Held(IReadOnlyList<Outgoing> Happened)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Makes keys for <see cref="Committer{TState}"/>.</summary>
internal static class CommandKeys
{
    public static CommandKey? Of(Users.Caller caller, string? key) => key is null ? null : new CommandKey(caller.User.Value, key);
}
