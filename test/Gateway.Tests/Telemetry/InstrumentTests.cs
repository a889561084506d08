using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Hosting;
using Orchestrator.Sessions;

namespace Orchestrator.Tests;

/// <summary>What is measured, and that docs/telemetry.md says so.</summary>
public sealed partial class InstrumentTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new();
    private readonly MeterListener _listener = new();
    private HubServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.Start();
        var meter = _server.Services.GetRequiredService<Meter>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                _instruments[instrument.Name] = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_instrument_is_documented_as_it_is_and_every_documented_one_is_there()
    {
        await using var client = await _server.Connect();
        var ann = await Guest.LogIn(client, "Ann");
        var meter = _server.Services.GetRequiredService<ConnectionMeter>();
        meter.PacketSent();
        meter.PacketDropped(DropReason.Full);
        meter.Closed(CloseCode.SlowConsumer);
        meter.Resumed(recovered: true);
        (await ann.Invoke("AddSession", Sessions.Named("measured"))).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = "hello" })).Ok();
        _listener.RecordObservableInstruments();

        await Eventually(() => _instruments.Keys.Except(_measured.Select(m => m.Name)).ToList() is { Count: > 0 } silent ? $"{string.Join(' ', silent)} have never measured anything" : null);
        var rows = Row().Matches(await File.ReadAllTextAsync(Document())).Select(row => row.Value).ToList();
        rows.ShouldBe([.. _instruments.Values.OrderBy(i => i.Name, StringComparer.Ordinal).Select(RowOf)], "docs/telemetry.md has other rows");
    }

    [Fact]
    public async Task Every_setting_is_documented_and_every_documented_one_is_there() =>
        Setting().Matches(await File.ReadAllTextAsync(Document())).Select(row => row.Groups["key"].Value)
            .ShouldBe(typeof(TelemetryOptions).GetProperties().Where(p => p.CanWrite).Select(p => p.Name));

    [Fact]
    public async Task Who_is_here_is_counted_when_somebody_looks()
    {
        Looked("orchestrator.connections").Values.ShouldAllBe(count => count == 0);
        string.Join(' ', Looked("orchestrator.connections").Keys.Order()).ShouldBe("packets signalr socketio", "a wire without connections is counted as well");
        await using var one = await _server.Connect();
        await using var two = await _server.Connect();
        await using var nobody = await _server.Connect();
        var ann = await Guest.LogIn(one, "Ann");
        await Guest.LogIn(two, "Ben");
        (await ann.Invoke("AddSession", Sessions.Named("measured"))).Ok();

        Looked("orchestrator.connections")["signalr"].ShouldBe(3);
        Looked("orchestrator.devices")[""].ShouldBe(2);
        Looked("orchestrator.links")["Session"].ShouldBe(1);
        Looked("orchestrator.links")["User"].ShouldBe(2);
        await Eventually(() => Looked("orchestrator.users")[""] == 2 ? null : "the list has not two users");
        await Eventually(() => Looked("orchestrator.sessions")[""] == 1 ? null : "the list has no session");
        Looked("orchestrator.deliveries")[""].ShouldBePositive();
        Looked("orchestrator.envelopes")[""].ShouldBeGreaterThanOrEqualTo(Looked("orchestrator.deliveries")[""]);
        Looked("orchestrator.storage.healthy")[""].ShouldBe(1);
        await Eventually(() => Looked("orchestrator.storage.operations", "operation", "outcome")["write ok"] > 0 ? null : "nothing was written");

        await one.DisposeAsync();
        await Eventually(() => Looked("orchestrator.connections")["signalr"] == 2 ? null : "the connection is still counted");
    }

    [Fact]
    public async Task Commands_are_measured_by_name_and_outcome()
    {
        await using var client = await _server.Connect();
        (await client.Invoke("GetSessions")).Error.ShouldBe((int)RefusalCode.NotLoggedIn);
        await Guest.LogIn(client, "Ann");
        (await client.Invoke("GetSessions")).Ok();
        (await client.Invoke("GetSessions")).Ok();
        (await _server.Get("/api/admin/dump")).Refused(System.Net.HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);

        await Eventually(() => OutcomesOf("GetSessions").Count == 3 ? null : $"there are {OutcomesOf("GetSessions").Count} measurements");
        OutcomesOf("GetSessions").ShouldBe(["notLoggedIn", "ok", "ok"]);
        OutcomesOf("DumpData").ShouldBe(["notLoggedIn"]);
        _measured.Where(m => m.Name == "orchestrator.command.duration").ShouldAllBe(m => m.Value >= 0 && m.Value < 60);
    }

    [Fact]
    public async Task A_command_that_came_too_soon_is_measured_as_well()
    {
        await using var strict = await HubServer.Start(("Limits:CommandsPerSecondMax", 1));
        var counted = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == strict.Services.GetRequiredService<Meter>())
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (tags.ToArray().Contains(new("orchestrator.outcome", Replies.NameOf(RefusalCode.TooManyRequests))))
            {
                Interlocked.Increment(ref counted);
            }
        });
        listener.Start();
        await using var client = await strict.Connect();

        await Eventually(async () => (await client.Invoke("GetOrchestratorVersion")).Error == (int)RefusalCode.TooManyRequests ? null : "it was not refused");

        await Eventually(() => counted > 0 ? null : "it was not measured");
    }

    [Fact]
    public async Task Clients_that_come_back_are_counted()
    {
        await using var client = await _server.Connect();
        var ann = await Guest.LogIn(client, "Ann");
        (await ann.Invoke("AddSession", Sessions.Named("measured"))).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = "hello" })).Ok();
        await client.WaitFor("MessageSent");
        client.Cut();
        await using var again = await _server.Connect();
        var (back, _) = await Guest.Resume(again, ann.Token, client.LastPlace);
        again.Cut();
        await using var last = await _server.Connect();
        await Guest.Resume(last, back.Token, null);

        _measured.Where(m => m.Name == "orchestrator.resumes").Select(m => m.Tags["orchestrator.recovered"]).ShouldBe([true, false]);
        _measured.ShouldContain(m => m.Name == "orchestrator.messages.sent");
    }

    [Fact]
    public void A_slow_connection_counts_its_drops_and_its_end_once()
    {
        var writer = new FakeWriter();
        writer.Stall();
        var queue = new OutboundQueue(writer, 10, meter: _server.Services.GetRequiredService<ConnectionMeter>());
        queue.Enqueue("!"u8.ToArray());
        queue.Enqueue(new OutboundPacket(SourceId.Of(new SessionId("a")), 1, new byte[4]));
        queue.Enqueue(new OutboundPacket(SourceId.Of(new SessionId("a")), 1, new byte[4]));
        queue.Enqueue(new OutboundPacket(SourceId.Of(new SessionId("b")), 9, new byte[9]));
        queue.Enqueue(new byte[20]);
        queue.Abort(CloseCode.Shutdown);

        Counted("orchestrator.packets.dropped").ShouldBe(["newer", "full"]);
        Counted("orchestrator.connections.closed").ShouldBe([nameof(CloseCode.SlowConsumer)]);
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue(new(instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));

    /// <summary>What a gauge says now, by its attributes.</summary>
    private Dictionary<string, double> Looked(string name, params string[] attributes)
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
        return _measured.Where(m => m.Name == name)
            .ToDictionary(m => attributes.Length == 0 ? string.Join(' ', m.Tags.Values) : string.Join(' ', attributes.Select(a => m.Tags[$"orchestrator.{a}"])), m => m.Value);
    }

    private List<string> OutcomesOf(string command) =>
        [.. _measured.Where(m => command.Equals(m.Tags.GetValueOrDefault("orchestrator.command"))).Select(m => (string)m.Tags["orchestrator.outcome"]!)];

    private IEnumerable<string?> Counted(string name) => _measured.Where(m => m.Name == name).Select(m => m.Tags.Values.Single()?.ToString());

    private string RowOf(Instrument instrument)
    {
        var tags = _measured.Where(m => m.Name == instrument.Name).SelectMany(m => m.Tags.Keys).Distinct().Order(StringComparer.Ordinal);
        return $"| `{instrument.Name}` | {KindOf(instrument)} | {instrument.Unit} | {string.Join(' ', tags.Select(t => $"`{t}`"))} | {instrument.Description} |";
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "ObservableUpDownCounter" => "up-down counter",
        "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => throw new InvalidOperationException($"{other} has no name yet."),
    };

    private static string Document([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "telemetry.md"));

    [GeneratedRegex(@"^\| `orchestrator\..*\|$", RegexOptions.Multiline, 1_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| `(?<key>[A-Z]\w+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Setting();

    private sealed record Measured(string Name, double Value, IReadOnlyDictionary<string, object?> Tags);
}
