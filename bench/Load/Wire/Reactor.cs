using System.Diagnostics;

namespace Orchestrator.Load.Wire;

/// <summary>One thread that reads all connections: no task, no allocation and no hand-over between the arrival of a message and its time stamp.</summary>
internal sealed class Reactor : IDisposable
{
    private const int FilesMax = 65_536;
    private const int EventsMax = 512;
    private const int WaitMilliseconds = 100;
    private static readonly long KeepAliveTicks = 10 * Stopwatch.Frequency;

    private readonly WireConnection?[] _connections = new WireConnection?[FilesMax];
    private readonly int _poll = Native.CreatePoll();
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private int _highest;

    public Reactor()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "reactor" };
        _thread.Start();
    }

    public void Add(WireConnection connection)
    {
        var file = connection.File;
        Volatile.Write(ref _connections[file], connection);
        int highest;
        while ((highest = Volatile.Read(ref _highest)) < file)
        {
            Interlocked.CompareExchange(ref _highest, file, highest);
        }

        Native.Watch(_poll, file);
    }

    /// <summary>Before its socket is closed, because its number may then be another's.</summary>
    public void Remove(WireConnection connection)
    {
        Native.Unwatch(_poll, connection.File);
        Volatile.Write(ref _connections[connection.File], null);
    }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        _ = Native.Close(_poll);
    }

    private void Run()
    {
        var events = new byte[EventsMax * Native.EventBytes];
        var keepAliveAt = Stopwatch.GetTimestamp() + KeepAliveTicks;
        while (!_isStopping)
        {
            var count = Native.Wait(_poll, events, WaitMilliseconds);
            for (var i = 0; i < count; i++)
            {
                Volatile.Read(ref _connections[Native.SocketOf(events, i)])?.Receive();
            }

            if (Stopwatch.GetTimestamp() > keepAliveAt)
            {
                keepAliveAt = Stopwatch.GetTimestamp() + KeepAliveTicks;
                KeepAlive();
            }
        }
    }

    private void KeepAlive()
    {
        var highest = Volatile.Read(ref _highest);
        for (var i = 0; i <= highest; i++)
        {
            Volatile.Read(ref _connections[i])?.KeepAlive();
        }
    }
}
