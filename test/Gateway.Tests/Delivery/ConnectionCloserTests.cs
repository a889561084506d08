using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Connections;
using Orchestrator.Devices;
using Orchestrator.Packets;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>A user takes a connection to be there until it is told otherwise, so it is told at last, however long it is not to be reached.</summary>
public sealed class ConnectionCloserTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Lifetime _lifetime = new();
    private readonly Users _users = new();
    private readonly Meter _meter = new(nameof(ConnectionCloserTests));
    private readonly Gatherer _gatherer;
    private readonly ClientConnection _connection;
    private readonly Relay _relay;
    private readonly ConnectionTable _table;
    private readonly ConnectionCloser _closer;

    public ConnectionCloserTests()
    {
        var (gateway, options) = (new GatewayName("here"), Options.Create(new GatewayOptions()));
        _gatherer = new Gatherer(options, _time);
        var context = new ConnectionContext(new Limits(), _time, _gatherer, new ConnectionMeter(_meter), gateway);
        _connection = new ClientConnection(
            context.Name("one"), new Origin(null, IsLoopback: true, "127.0.0.1"), new PacketDialect(), context.Outbound(new FakeWriter(), Lanes.Two), context);
        _connection.LoggedIn(new Caller(new UserId("ann"), new DeviceId("phone"), "Ann"));
        _table = new ConnectionTable(new Limits(), _time, _lifetime);
        _relay = new Relay(_users, gateway, options, _time, NullLogger<Relay>.Instance);
        _closer = new ConnectionCloser(_table, _relay, _users, _lifetime, _time, NullLogger<ConnectionCloser>.Instance);
    }

    public void Dispose()
    {
        _relay.Dispose();
        _table.Dispose();
        _gatherer.Dispose();
        _meter.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task A_loss_is_told_until_the_user_knows()
    {
        _users.Failures = 100;
        await Closed();
        _users.Told.ShouldBe([_connection.Id]);
    }

    [Fact]
    public async Task A_gateway_that_stops_does_not_try_for_ever()
    {
        _users.Failures = int.MaxValue;
        _lifetime.StopApplication();
        await Closed();
        _users.Told.ShouldBeEmpty();
    }

    private async Task Closed()
    {
        var closed = _closer.Closed(_connection);
        await Eventually(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return closed.IsCompleted ? null : "it is still told";
        });
        await closed;
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }

    /// <summary>Users that answer after some failures.</summary>
    private sealed class Users : IGrainFactory
    {
        public int Failures { get; set; }

        public List<ConnectionId> Told { get; } = [];

        public TGrain GetGrain<TGrain>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrain : IGrainWithStringKey => Proxy<TGrain>.Of(this);

        public TObserver CreateObjectReference<TObserver>(IGrainObserver obj)
            where TObserver : IGrainObserver => throw new NotSupportedException();

        public void DeleteObjectReference<TObserver>(IGrainObserver obj)
            where TObserver : IGrainObserver => throw new NotSupportedException();

        private Task Disconnected(ConnectionId connection)
        {
            if (Failures-- > 0)
            {
                return Task.FromException(new TimeoutException("No answer."));
            }

            Told.Add(connection);
            return Task.CompletedTask;
        }

        [SuppressMessage("Performance", "CA1852", Justification = "A proxy derives from it.")]
        private class Proxy<TGrain> : DispatchProxy
        {
            private Users _users = null!;

            public static TGrain Of(Users users)
            {
                var proxy = Create<TGrain, Proxy<TGrain>>();
                ((Proxy<TGrain>)(object)proxy!)._users = users;
                return proxy;
            }

            protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IUserGrain.Disconnected)
                ? _users.Disconnected((ConnectionId)args![1]!)
                : throw new NotSupportedException(targetMethod.Name);
        }
    }
}
