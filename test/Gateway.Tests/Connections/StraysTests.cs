using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;

namespace Orchestrator.Tests;

/// <summary>Requests that belong to another gateway are recognised by their ids, and told without filling the log.</summary>
public sealed class StraysTests : IDisposable
{
    private static readonly GatewayTag Own = new(new GatewayName("10.0.0.1:11111@1"));
    private static readonly GatewayTag Other = new(new GatewayName("10.0.0.1:11111@2"));

    private readonly HubLog _log = new();
    private readonly LoggerFactory _logging;
    private readonly ManualTimeProvider _time = new();
    private readonly Strays _strays;

    public StraysTests()
    {
        _logging = new LoggerFactory([_log]);
        _strays = new Strays(Own, _time, _logging.CreateLogger<Strays>());
    }

    public void Dispose() => _logging.Dispose();

    [Fact]
    public void An_id_names_its_gateway_and_nothing_of_what_that_is_called_inside()
    {
        Own.Before("x").ShouldMatch("^[0-9a-f]{8}\\.x$");
        Own.Elsewhere(Other.Before("x")).ShouldBe(Other.Text);
        Own.Elsewhere(Own.Before("x")).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("01234567")]
    [InlineData("012345678x")]
    [InlineData("ABCDEF01.x")]
    [InlineData("\n.......x")]
    [InlineData("\n0123456.x")]
    public void What_looks_otherwise_names_none(string id) => Own.Elsewhere(id).ShouldBeNull();

    [Fact]
    public void One_warning_a_minute_says_how_many_came()
    {
        Come(3);
        _time.Advance(TimeSpan.FromSeconds(59));
        Come(2);
        Warnings.ShouldBe([$"1 requests since the last warning belong to other gateways, the last one to {Other.Text}, and came to {Own.Text}: a proxy does not keep clients on one gateway, or {Other.Text} has ended"]);

        _time.Advance(TimeSpan.FromSeconds(1));
        Come(1);

        Warnings.Count.ShouldBe(2);
        Warnings[1].ShouldStartWith("5 requests since the last warning");
    }

    private IReadOnlyList<string> Warnings => [.. _log.Lines.Where(static line => line.Level == LogLevel.Warning).Select(static line => line.Text)];

    private void Come(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _strays.Came("A request", Other.Text);
        }
    }
}
