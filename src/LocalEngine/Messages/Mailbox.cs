namespace Orchestrator.LocalEngine;

/// <summary>
/// Runs work items one after the other, never two at once, in the order in which they came. It is the synchronization
/// context of what it runs, so what follows an await comes back to it as an item of its own.
/// </summary>
internal abstract class Mailbox(ITurnScheduler scheduler) : SynchronizationContext, IThreadPoolWorkItem
{
    private static readonly WorkItem Busy = new Mark();
    private static readonly WorkItem Closed = new Mark();

    // Newest first. Null: nothing to do and nobody at work. Busy: nothing new. Closed: takes no more.
    private WorkItem? _inbox;

    // Oldest first; touched only by the thread whose turn it is.
    private WorkItem? _ready;

    /// <summary>Whether there is or was something to do a moment ago.</summary>
    internal bool LooksBusy => Volatile.Read(ref _inbox) is not null;

    protected ITurnScheduler Scheduler => scheduler;

    /// <summary>False when the mailbox is closed.</summary>
    internal bool TryPost(WorkItem item)
    {
        while (true)
        {
            var head = Volatile.Read(ref _inbox);
            if (head == Closed)
            {
                return false;
            }

            item.Next = head == Busy ? null : head;
            if (Interlocked.CompareExchange(ref _inbox, item, head) != head)
            {
                continue;
            }

            if (head is null)
            {
                scheduler.Schedule(this);
            }

            return true;
        }
    }

    /// <summary>Called for the rest of async methods that ran in a turn of this mailbox.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        var item = new Continuation(d, state);
        if (!TryPost(item))
        {
            PostLate(item);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Waiting for a turn would block a thread; post it.");

    public override SynchronizationContext CreateCopy() => this;

    public void Execute()
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            TakeTurns();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Does one item. What it throws is the program's end, so it does not throw.</summary>
    protected abstract void Run(WorkItem item);

    /// <summary>An item that waited for something other than its turn and can go now.</summary>
    protected virtual WorkItem? TakeHeld() => null;

    protected virtual void TurnsTaken(int turns, int waiting)
    {
    }

    /// <summary>What still comes after the mailbox was closed.</summary>
    protected virtual void PostLate(Continuation item)
    {
    }

    /// <summary>Puts items, linked by Next and oldest first, before everything else that is ready.</summary>
    protected void PutFirst(WorkItem? first) => _ready = Joined(first, _ready);

    /// <summary>Takes nothing more, and gives back what was not done, oldest first.</summary>
    protected WorkItem? Close()
    {
        var (newer, _) = OldestFirst(Interlocked.Exchange(ref _inbox, Closed));
        var undone = Joined(_ready, newer);
        _ready = null;
        return undone;
    }

    private static WorkItem? Joined(WorkItem? first, WorkItem? second)
    {
        if (first is null || second is null)
        {
            return first ?? second;
        }

        var last = first;
        while (last.Next is { } next)
        {
            last = next;
        }

        last.Next = second;
        return first;
    }

    private static (WorkItem? First, int Count) OldestFirst(WorkItem? newestFirst)
    {
        if (newestFirst == Busy || newestFirst == Closed)
        {
            return (null, 0);
        }

        WorkItem? first = null;
        var count = 0;
        while (newestFirst is { } item)
        {
            newestFirst = item.Next;
            item.Next = first;
            first = item;
            count++;
        }

        return (first, count);
    }

    private void TakeTurns()
    {
        var turns = 0;
        var waiting = 0;
        while (true)
        {
            var item = TakeHeld() ?? TakeReady(ref waiting);
            if (item is null)
            {
                if (GoIdle())
                {
                    break;
                }

                continue;
            }

            Run(item);
            if (++turns >= scheduler.TurnsAtOnce)
            {
                // Still marked as busy, so nobody else schedules it.
                scheduler.Schedule(this);
                break;
            }
        }

        TurnsTaken(turns, waiting);
    }

    private WorkItem? TakeReady(ref int waiting)
    {
        if (_ready is null)
        {
            // Never over Closed: the closing turn is the last one, and GoIdle sees it.
            var head = Volatile.Read(ref _inbox);
            if (head == Busy || head == Closed)
            {
                return null;
            }

            (_ready, var count) = OldestFirst(Interlocked.Exchange(ref _inbox, Busy));
            waiting = Math.Max(waiting, count);
        }

        if (_ready is not { } item)
        {
            return null;
        }

        _ready = item.Next;
        item.Next = null;
        return item;
    }

    private bool GoIdle()
    {
        var head = Interlocked.CompareExchange(ref _inbox, null, Busy);
        return head == Busy || head == Closed;
    }

    private sealed class Mark : WorkItem;
}
