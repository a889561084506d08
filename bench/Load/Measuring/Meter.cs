namespace Orchestrator.Load.Measuring;

/// <summary>A part of a run; an event belongs to it by the time at which it was sent.</summary>
internal sealed class Window(long from, long until)
{
    public long From => from;

    public long Until => until;

    public Histogram Latencies { get; } = new();

    public bool Holds(long time) => time >= from && time < until;
}

/// <summary>Counts what arrives, on the reactor's thread; others may look.</summary>
internal sealed class Meter
{
    private volatile Window[] _windows = [];
    private long _received;
    private long _replies;
    private long _refusals;
    private long _broken;

    public long Received => Volatile.Read(ref _received);

    public long Replies => Volatile.Read(ref _replies);

    public long Refusals => Volatile.Read(ref _refusals);

    public long Broken => Volatile.Read(ref _broken);

    /// <summary>One of the refusals, and why a connection broke.</summary>
    public string? Sentence { get; private set; }

    public void Measure(params Window[] windows) => _windows = windows;

    public void Arrived(long sentAt, long now)
    {
        _received++;
        foreach (var window in _windows)
        {
            if (window.Holds(sentAt))
            {
                window.Latencies.Record(now - sentAt);
            }
        }
    }

    public void Replied() => _replies++;

    public void Refused(string sentence)
    {
        _refusals++;
        Sentence = sentence;
    }

    public void BrokenBy(string reason)
    {
        Interlocked.Increment(ref _broken);
        Sentence = $"a connection broke: {reason}";
    }
}
