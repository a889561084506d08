using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Packets;
using Orchestrator.Users;

namespace Orchestrator.Connections;

/// <summary>A packet socket opens while its connection ends: whichever comes first, it hears why.</summary>
public sealed class LeadTests : IDisposable
{
    private static readonly Caller Ann = new(new UserId("ann"), new DeviceId("phone"), "Ann");

    private readonly Gatherer _gatherer = new(Options.Create(new GatewayOptions()), TimeProvider.System);
    private readonly ConnectionMeter _meter = new(new Meter(nameof(LeadTests)));
    private readonly ClientConnection _connection;

    public LeadTests()
    {
        var context = new ConnectionContext(new Limits(), TimeProvider.System, _gatherer, _meter, new GatewayName("here"));
        // Its socket is gone as soon as it is aborted.
        var writer = new FakeWriter { Aborted = () => _connection!.Closed() };
        _connection = new ClientConnection(
            context.Name("one"), new Origin(null, IsLoopback: true, "127.0.0.1"), new PacketDialect(), context.Outbound(writer, Lanes.Two), context);
        _connection.LoggedIn(Ann);
    }

    public void Dispose() => _gatherer.Dispose();

    [Theory]
    [InlineData(CloseCode.Shutdown)]
    [InlineData(CloseCode.Reset)]
    public void One_that_comes_after_the_end_hears_what_ended_the_connection(CloseCode code)
    {
        _connection.Abort(code);
        _connection.Closed();

        Lead().ShouldBe(code);
        _connection.Packets.ShouldBeNull();
    }

    [Fact]
    public void One_that_came_before_the_end_hears_it_too()
    {
        var writer = new FakeWriter();
        _connection.Lead(Exit(writer), Ann.Device);
        writer.Closed.ShouldBeNull();

        _connection.Abort(CloseCode.Shutdown);

        writer.Closed.ShouldBe(CloseCode.Shutdown);
    }

    [Fact]
    public void One_that_comes_while_the_last_reply_is_on_its_way_hears_why_it_is_the_last()
    {
        _connection.EndsAfterReply = CloseCode.AccountRemoved;

        Lead().ShouldBe(CloseCode.AccountRemoved);
    }

    [Fact]
    public void One_whose_device_has_logged_out_or_whose_connection_was_cut_is_detached()
    {
        _connection.LoggedOut();
        Lead().ShouldBe(CloseCode.Detached);

        _connection.LoggedIn(Ann with { Device = new DeviceId("tablet") });
        Lead().ShouldBe(CloseCode.Detached);

        _connection.LoggedIn(Ann);
        _connection.Closed();
        Lead().ShouldBe(CloseCode.Detached);
    }

    [Fact]
    public void A_second_one_takes_the_place_of_the_first()
    {
        var first = new FakeWriter();
        _connection.Lead(Exit(first), Ann.Device);

        Lead().ShouldBeNull();

        first.Closed.ShouldBe(CloseCode.Superseded);
    }

    private CloseCode? Lead()
    {
        var writer = new FakeWriter();
        _connection.Lead(Exit(writer), Ann.Device);
        return writer.Closed;
    }

    private PacketExit Exit(FakeWriter writer) => new(new PacketDialect(), new OutboundQueue(writer, 1_000), _meter);
}
