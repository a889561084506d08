using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Orchestrator.Connections;

namespace Orchestrator.EngineIo;

/// <summary>The Engine.IO connections of this gateway. Looks after their signs of life, and ends all of them when the server stops.</summary>
public sealed class EngineIoConnections(EngineIoContext context, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(1);

    // Long enough for a client that is between two polls to come and hear that it is over.
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, EngineIoConnection> _connections = new(StringComparer.Ordinal);
    private int _polling;

    public int Count => _connections.Count;

    /// <summary>Those that poll now.</summary>
    public int Polling => Volatile.Read(ref _polling);

    internal EngineIoConnection? Find(string id) => _connections.GetValueOrDefault(id);

    /// <summary>Whether there is room for another one that polls; if so, it is taken.</summary>
    internal bool TryBeginPolling()
    {
        if (Interlocked.Increment(ref _polling) <= context.Limits.PollingConnectionsMax)
        {
            return true;
        }

        EndPolling();
        return false;
    }

    /// <summary>One has gone, or gone over to a WebSocket.</summary>
    internal void EndPolling() => Interlocked.Decrement(ref _polling);

    internal void Add(EngineIoConnection connection)
    {
        _connections[connection.Id] = connection;
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            connection.End(Ending.Of(CloseCode.Shutdown));
        }
    }

    internal void Remove(EngineIoConnection connection)
    {
        if (_connections.TryRemove(connection.Id, out _) && connection.Transport is PollingTransport)
        {
            EndPolling();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(EndAll);
        var step = context.Limits.Heartbeat / 10;
        using var timer = new PeriodicTimer(step < StepMax ? step : StepMax, context.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Tick();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Tick()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Tick();
            if (connection is { HasEnded: true, Finished.IsCompleted: true } && connection.SinceEnd > FarewellMax)
            {
                Remove(connection);
            }
        }
    }

    private void EndAll()
    {
        foreach (var connection in _connections.Values)
        {
            connection.End(Ending.Of(CloseCode.Shutdown));
        }
    }
}
