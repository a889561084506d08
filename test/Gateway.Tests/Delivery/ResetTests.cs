using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Devices;
using Orchestrator.EngineIo;
using Orchestrator.Sessions;
using Orchestrator.Users;
using Orchestrator.VrTogether;

namespace Orchestrator.Delivery;

/// <summary>The end of a session and that of its members' connections come on different ways, in any order; members hear the session's first.</summary>
public sealed class ResetTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly RelayFixture _relay = new();
    private readonly FakeWriter _writer = new();
    private readonly Meter _meter = new("reset");
    private readonly Gatherer _gatherer;
    private readonly ClientConnection _connection;

    public ResetTests()
    {
        _gatherer = new Gatherer(Options.Create(new GatewayOptions { GatherMilliseconds = 0 }), _relay.Time);
        var context = new ConnectionContext(new Limits(), _relay.Time, _gatherer, new ConnectionMeter(_meter), new GatewayName("gateway"));
        var dialect = new VrTogetherDialect(VrTogetherVersion.Two, EngineIoVersion.Four);
        _connection = new ClientConnection(context.Name("ann#1"), new Origin(null, IsLoopback: true, "here"), dialect, context.Outbound(_writer, Lanes.One), context);
        _connection.LoggedIn(new Caller(new UserId("ann"), new DeviceId("phone"), "Ann"));
    }

    public void Dispose()
    {
        _relay.Dispose();
        _gatherer.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task A_member_hears_that_its_session_is_over_though_the_reset_overtook_it()
    {
        await Enter();

        Dismiss();

        _writer.Aborts.ShouldBe(0);
        _connection.IsEnding.ShouldBeTrue("it must do no more commands");
        CloseSession();
        await Closed();
        _writer.Writes.ShouldHaveSingleItem().ShouldContain("SessionClosed");
    }

    [Fact]
    public async Task What_waits_for_the_socket_goes_out_before_the_connection_ends()
    {
        await Enter();
        _writer.Stall();
        _connection.Send("first"u8.ToArray());
        CloseSession();

        Dismiss();

        _writer.Aborts.ShouldBe(0);
        _writer.GoOn();
        await Closed();
        _writer.Writes.Count.ShouldBe(2);
        _writer.Writes[1].ShouldContain("SessionClosed");
    }

    [Fact]
    public async Task A_session_that_does_not_end_holds_nothing_up_for_long()
    {
        await Enter();

        Dismiss();

        _writer.Aborts.ShouldBe(0);
        _relay.Time.Advance(Patience);
        await Closed();
    }

    [Fact]
    public void Who_is_in_no_session_is_closed_at_once()
    {
        Dismiss();

        _writer.Closed.ShouldBe(CloseCode.Reset);
    }

    private async Task Enter()
    {
        var session = new SessionId(_relay.Source.Id.Key);
        var streams = new FollowedStreams(_connection, _relay.Relay, _relay.Network, _relay.Time, NullLogger.Instance);
        var beginning = _relay.Relay.Subscribe(_relay.Source.Id, new SessionSubscriber(_connection, session, _relay.Relay, streams), after: null);
        _relay.Network.PassMessages();
        _connection.Session = session;
        _connection.Add((await beginning).Subscription);
        (await beginning).Subscription.Release();
    }

    private void CloseSession()
    {
        _relay.Source.Publish(new SessionClosed(CloseReason.Reset));
        _relay.Network.PassAll();
    }

    private void Dismiss()
    {
        var entrance = new SessionEntrance(_relay.Relay, _relay.Network, _relay.Time, NullLogger<SessionEntrance>.Instance);
        var user = new UserSubscriber(_connection, entrance, _relay.Network, NullLogger.Instance);
        var dismissed = new Envelope(SourceId.Of(new UserId("ann")), new Position(1, 1), Audience.Everyone, new UserDismissed(DismissReason.Reset));
        user.Next(new EncodedEnvelope(dismissed), previous: 0);
    }

    private async Task Closed()
    {
        await Eventually(() => _writer.Aborts > 0 ? null : "the connection is still there");
        _writer.Closed.ShouldBe(CloseCode.Reset);
    }
}
