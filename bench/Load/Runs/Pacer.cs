using System.Diagnostics;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>
/// One thread that sends at a fixed rate, whatever the server does. An event that leaves late by more than a millisecond carries the time at which it should have left:
/// otherwise a server that stops reading would look fast.
/// </summary>
internal sealed class Pacer : ISending
{
    private const long LateTicks = 1_000_000;
    private readonly IEventSender[][] _groups;
    private readonly double _ticksPerSend;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sent;
    private long _latest;

    private Pacer(IEventSender[][] groups, double sendsPerSecond, long from, long until, CancellationToken cancellationToken)
    {
        _groups = groups;
        _ticksPerSend = Stopwatch.Frequency / sendsPerSecond;
        _thread = new Thread(() => Run(from, until, cancellationToken)) { IsBackground = true, Name = "pacer" };
    }

    public Task Done => _done.Task;

    public long Sent => Volatile.Read(ref _sent);

    public double LatestMilliseconds => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _latest)).TotalMilliseconds;

    /// <summary>Sends in turn for each group, and inside a group in turn for each sender.</summary>
    public static Pacer Start(IEventSender[][] groups, double sendsPerSecond, long from, long until, CancellationToken cancellationToken)
    {
        var pacer = new Pacer(groups, sendsPerSecond, from, until, cancellationToken);
        pacer._thread.Start();
        return pacer;
    }

    private void Run(long from, long until, CancellationToken cancellationToken)
    {
        try
        {
            Native.SleepPrecisely();
            SendAll(from, until, cancellationToken);
            _done.SetResult();
        }
        catch (Exception e)
        {
            _done.SetException(e);
        }
    }

    private void SendAll(long from, long until, CancellationToken cancellationToken)
    {
        for (var i = 0L; !cancellationToken.IsCancellationRequested; i++)
        {
            var due = from + (long)(i * _ticksPerSend);
            var now = WaitUntil(due);
            if (due >= until || now >= until)
            {
                return;
            }

            var late = now - due;
            _latest = Math.Max(_latest, late);
            var senders = _groups[i % _groups.Length];
            senders[i / _groups.Length % senders.Length].Send(late > LateTicks ? due : now);
            Volatile.Write(ref _sent, _sent + 1);
        }
    }

    private static long WaitUntil(long due)
    {
        while (true)
        {
            var now = Stopwatch.GetTimestamp();
            if (now >= due)
            {
                return now;
            }

            Native.Sleep(due - now);
        }
    }
}
