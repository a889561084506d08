using System.Globalization;

namespace Orchestrator.Tests;

/// <summary>The time, before login.</summary>
public abstract class ClockScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task The_time_is_told_as_a_date_and_as_a_number()
    {
        var client = await Connect();
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var clock = (await client.Call("GetNTPTime")).Ok().Body;

        var told = clock.GetProperty("ntpTimeMs").GetInt64();
        // The shared answer goes on by a clock that does not follow small steps of the other one.
        told.ShouldBeInRange(before - 50, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 50);
        clock.Text("ntpDate").ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        DateTimeOffset.Parse(clock.Text("ntpDate"), CultureInfo.InvariantCulture).ToUnixTimeMilliseconds().ShouldBe(told);
    }

    [Fact]
    public async Task Time_stamps_are_exchanged_in_their_order()
    {
        Need(WireFeatures.OwnCommands);
        var client = await Connect();
        var sent = Now();

        var exchange = (await client.Call("ExchangeTime", new { clientSendMs = sent })).Ok().Body;

        var (received, replied) = (exchange.GetProperty("serverReceiveMs").GetDouble(), exchange.GetProperty("serverSendMs").GetDouble());
        exchange.GetProperty("clientSendMs").GetDouble().ShouldBe(sent);
        received.ShouldBeGreaterThanOrEqualTo(sent);
        replied.ShouldBeInRange(received, Now());
    }

    private static double Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
}
