using Microsoft.Extensions.Options;

namespace Orchestrator.Connections;

/// <summary>
/// Lets what comes for busy connections wait a few milliseconds, so that it goes out together: a write costs the same whatever it carries. One thread writes for all of
/// them, one after the other, without a hop for each. A connection that is not busy does not come here.
/// </summary>
public sealed class Gatherer : IDisposable
{
    /// <summary>Over so long it is looked at how busy a connection is.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    // Who is due so soon goes along, so that a round is worth waking up for.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(0.5);

    private readonly TimeProvider _time;
    private readonly long _delay;
    private readonly long _slack;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _added = new(initialState: false);
    private readonly Queue<(OutboundQueue Queue, long Due)> _waiting = new();
    private readonly Thread _thread;
    private bool _isStarted;
    private volatile bool _isStopping;

    public Gatherer(IOptions<GatewayOptions> options, TimeProvider time)
    {
        _time = time;
        _delay = Ticks(TimeSpan.FromMilliseconds(options.Value.GatherMilliseconds));
        _slack = Ticks(Slack);
        WindowTicks = Ticks(Window);
        BusyFrom = Math.Max(1, (int)(options.Value.GatherFromPerSecond * Window.TotalSeconds));
        IsOn = _delay > 0;
        _thread = new Thread(Run) { IsBackground = true, Name = "gatherer" };
    }

    /// <summary>Whether anything is gathered at all.</summary>
    public bool IsOn { get; }

    internal long WindowTicks { get; }

    /// <summary>So many messages in a window make a connection a busy one.</summary>
    internal int BusyFrom { get; }

    internal long Now => _time.GetTimestamp();

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            if (!_isStarted)
            {
                _added.Dispose();
                return;
            }
        }

        _added.Set();
        _thread.Join();
        _added.Dispose();
    }

    /// <summary>Has a queue written when its time has come.</summary>
    internal void Add(OutboundQueue queue)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return;
            }

            _waiting.Enqueue((queue, Now + _delay));
            if (!_isStarted)
            {
                _isStarted = true;
                _thread.Start();
            }

            if (_waiting.Count == 1)
            {
                _added.Set();
            }
        }
    }

    private void Run()
    {
        var due = new List<OutboundQueue>();
        while (!_isStopping)
        {
            _added.WaitOne(TakeDue(due));
            foreach (var queue in due)
            {
                queue.Flush();
            }

            due.Clear();
        }
    }

    /// <summary>Takes those whose time has come. Gives how long there is nothing to do: not at all when there was one.</summary>
    private int TakeDue(List<OutboundQueue> due)
    {
        lock (_gate)
        {
            var now = Now + _slack;
            while (_waiting.TryPeek(out var first) && first.Due <= now)
            {
                due.Add(first.Queue);
                _waiting.Dequeue();
            }

            if (due.Count > 0)
            {
                return 0;
            }

            return _waiting.TryPeek(out var next)
                ? Math.Max(1, (int)_time.GetElapsedTime(now, next.Due).TotalMilliseconds)
                : Timeout.Infinite;
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
