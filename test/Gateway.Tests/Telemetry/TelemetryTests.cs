using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests;

/// <summary>What arrives at a collector. Spans of the whole process go to whoever listens, so these run alone.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    private const string Secret = "what was said";

    [Theory]
    [InlineData("HttpProtobuf", HttpProtocols.Http1)]
    [InlineData("Grpc", HttpProtocols.Http2)]
    public async Task A_collector_gets_measurements_spans_and_the_log(string protocol, HttpProtocols spoken)
    {
        await using var collector = await Collector.Start(spoken);
        await using var server = await HubServer.Start(
            ("Telemetry:Otlp", collector.Address), ("Telemetry:Protocol", protocol), ("Telemetry:ExportSeconds", 1), ("Telemetry:Traces", "Commands"));
        await Meet(server);
        server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Orchestrator.Tests").LogWarning("A line of the {Log}", "log");

        await collector.Hears("metrics", "orchestrator.connections");
        await collector.Hears("metrics", "orchestrator.storage.operations");
        await collector.Hears("metrics", "kestrel.active_connections");
        await collector.Hears("metrics", "dotnet.gc.collections");
        await collector.Hears("traces", "AddSession");
        await collector.Hears("traces", "notInSession");
        await collector.Hears("logs", "A line of the log");
        foreach (var signal in new[] { "metrics", "traces", "logs" })
        {
            collector.Has(signal, "service.instance.id").ShouldBeTrue(signal);
            collector.Has(signal, "orchestrator").ShouldBeTrue(signal);
            collector.Has(signal, Secret).ShouldBeFalse(signal);
        }

        collector.Has("traces", "SendSceneEventToAllUsersDirect").ShouldBeFalse("there are too many of them");
    }

    [Fact]
    public async Task Scene_events_are_traced_when_that_is_wanted()
    {
        await using var collector = await Collector.Start(HttpProtocols.Http1);
        await using var server = await HubServer.Start(("Telemetry:Otlp", $"{collector.Address}/"), ("Telemetry:Protocol", "HttpProtobuf"), ("Telemetry:Traces", "All"), ("Telemetry:Logs", false));
        await Meet(server);

        await collector.Hears("traces", "SendSceneEventToAllUsersDirect");
        await server.Stop();
        collector.Has("traces", Secret).ShouldBeFalse();
        collector.Has("logs", "").ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_measured_last_is_sent_at_the_end()
    {
        await using var collector = await Collector.Start(HttpProtocols.Http1);

        // A server that ends waits a second for its collector, which may be too short for the first time that either says something.
        await Eventually(async () =>
        {
            await using var server = await HubServer.Start(("Telemetry:Otlp", collector.Address), ("Telemetry:Protocol", "HttpProtobuf"), ("Telemetry:ExportSeconds", 3_600));
            await server.Stop();
            return collector.Has("metrics", "orchestrator.connections") ? null : "nothing was sent at the end";
        });
    }

    [Fact]
    public async Task Of_no_spans_none_are_kept()
    {
        await using var collector = await Collector.Start(HttpProtocols.Http1);
        await using var server = await HubServer.Start(
            ("Telemetry:Otlp", collector.Address), ("Telemetry:Protocol", "HttpProtobuf"), ("Telemetry:ExportSeconds", 1), ("Telemetry:Traces", "Commands"), ("Telemetry:TracesRatio", 0));
        await Meet(server);

        await collector.Hears("metrics", "orchestrator.command.duration");
        await server.Stop();
        collector.Has("traces", "AddSession").ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_tells_a_collector_what_it_tells_the_console_and_no_more()
    {
        await using var collector = await Collector.Start(HttpProtocols.Http1);
        await using var server = await HubServer.Start(("Telemetry:Otlp", collector.Address), ("Telemetry:Protocol", "HttpProtobuf"), ("Logging:LogLevel:Orchestrator.Tests", "Debug"));
        var logs = server.Services.GetRequiredService<ILoggerFactory>();
        logs.CreateLogger("Orchestrator.Tests").LogTrace("not wanted");
        logs.CreateLogger("Microsoft.Something").LogInformation("passed over");
        logs.CreateLogger("Orchestrator.Tests").LogDebug("wanted");

        await collector.Hears("logs", "wanted");
        collector.Has("logs", "not wanted").ShouldBeFalse();
        collector.Has("logs", "passed over").ShouldBeFalse();
    }

    [Theory]
    [InlineData("Grpc")]
    [InlineData("HttpProtobuf")]
    public async Task A_collector_that_is_away_costs_nothing_else(string protocol)
    {
        await using var server = await HubServer.Start(("Telemetry:Otlp", "http://127.0.0.1:1"), ("Telemetry:Protocol", protocol), ("Telemetry:ExportSeconds", 1), ("Telemetry:Traces", "All"));

        await Meet(server);
    }

    [Fact]
    public async Task Without_a_collector_nobody_listens_and_no_connection_holds_a_span()
    {
        await using var server = await HubServer.Start(("Telemetry:Traces", "All"));
        await Meet(server);

        Instruments.Commands.HasListeners().ShouldBeFalse();
        Instruments.Traffic.HasListeners().ShouldBeFalse();
        DemandNoSpansOfRequests(server);
    }

    [Fact]
    public async Task With_a_collector_no_connection_holds_a_span_either()
    {
        await using var collector = await Collector.Start(HttpProtocols.Http1);
        await using var server = await HubServer.Start(("Telemetry:Otlp", collector.Address), ("Telemetry:Protocol", "HttpProtobuf"), ("Telemetry:Traces", "All"));

        Instruments.Commands.HasListeners().ShouldBeTrue();
        DemandNoSpansOfRequests(server);
    }

    /// <summary>ASP.NET Core makes one for each request when one of these wants it.</summary>
    private static void DemandNoSpansOfRequests(HubServer server)
    {
        using var source = new ActivitySource("Microsoft.AspNetCore");
        source.HasListeners().ShouldBeFalse();
        server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Critical).ShouldBeFalse();
        server.Services.GetRequiredService<DiagnosticListener>().IsEnabled().ShouldBeFalse();
    }

    /// <summary>Somebody logs in, is refused, opens a session and says something.</summary>
    private static async Task Meet(HubServer server)
    {
        await using var client = await server.Connect();
        var ann = await Guest.LogIn(client, "Ann");
        (await ann.Invoke("LeaveSession")).Error.ShouldBe((int)RefusalCode.NotInSession);
        (await ann.Invoke("AddSession", Sessions.Named("measured"))).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = Secret })).Ok();
        (await ann.Invoke("SendSceneEventToAllUsersDirect", new { @event = Secret })).Ok();
    }
}
