using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Orchestrator.Devices;

namespace Orchestrator.Connections;

/// <summary>The connections of this gateway. Those on which nobody logs in are closed after a while.</summary>
public sealed class ConnectionTable(Limits limits, TimeProvider time, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<ConnectionId, ClientConnection> _connections = new();

    private readonly ConcurrentDictionary<string, int> _perAddress = new(StringComparer.Ordinal);

    public int Count => _connections.Count;

    /// <summary>The connections as they are now.</summary>
    public IEnumerable<ClientConnection> All => _connections.Values;

    /// <summary>A connection that is open; null for any other one.</summary>
    public ClientConnection? Find(ConnectionId id) => _connections.GetValueOrDefault(id);

    /// <summary>Adds a connection; one too many of its address is closed at once.</summary>
    public void Add(ClientConnection connection)
    {
        _connections[connection.Id] = connection;
        var address = connection.Origin.Address;
        var count = _perAddress.AddOrUpdate(address, 1, static (_, n) => n + 1);
        if (limits.ConnectionsPerAddressMax > 0 && count > limits.ConnectionsPerAddressMax)
        {
            connection.Abort(CloseCode.TooManyConnections);
        }
    }

    public void Remove(ClientConnection connection)
    {
        if (_connections.TryRemove(connection.Id, out _)
            && _perAddress.AddOrUpdate(connection.Origin.Address, 0, static (_, n) => n - 1) == 0)
        {
            _perAddress.TryRemove(KeyValuePair.Create(connection.Origin.Address, 0));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the server closes its connections by itself, so that they hear why.
        using var stopping = lifetime.ApplicationStopping.Register(CloseAll);
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

    /// <summary>Tells every client that the server stops, and gives them a while to go by themselves: the server ends its connections next, and cuts off what is still on its way.</summary>
    private void CloseAll()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Abort(CloseCode.Shutdown);
        }

        SpinWait.SpinUntil(() => _connections.IsEmpty, FarewellMax);
    }

    private void CloseSilent()
    {
        var latest = time.GetUtcNow() - TimeSpan.FromSeconds(limits.LoginSeconds);
        foreach (var connection in _connections.Values.Where(c => c.Caller is null && c.IdleSince < latest))
        {
            connection.Abort(CloseCode.LoginTimeout);
        }
    }
}
