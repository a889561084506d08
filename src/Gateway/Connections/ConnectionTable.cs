using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Orchestrator.Devices;

namespace Orchestrator.Connections;

/// <summary>The connections of this gateway. Those on which nobody logs in are closed after a while.</summary>
public sealed class ConnectionTable(Limits limits, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConnectionId, ClientConnection> _connections = new();

    public int Count => _connections.Count;

    public int LoggedIn => _connections.Values.Count(c => c.Caller is not null);

    public void Add(ClientConnection connection) => _connections[connection.Id] = connection;

    public void Remove(ClientConnection connection) => _connections.TryRemove(connection.Id, out _);

    /// <summary>Tells every client that the server stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in _connections.Values)
        {
            connection.Abort(CloseCode.Shutdown);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                CloseSilent();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void CloseSilent()
    {
        var latest = time.GetUtcNow() - TimeSpan.FromSeconds(limits.LoginSeconds);
        foreach (var connection in _connections.Values.Where(c => c.Caller is null && c.OpenedAt < latest))
        {
            connection.Abort(CloseCode.LoginTimeout);
        }
    }
}
