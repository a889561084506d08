using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Cluster;

/// <summary>Socket.IO's own clients poll two silos through a proxy: one that keeps them on theirs serves them as one machine would, and without that they are told so and leave nothing behind.</summary>
public sealed class PollingTests(PostgresFixture postgres, ITestOutputHelper output) : IDisposable
{
    private const string Unknown = """{"code":1,"message":"Session ID unknown"}""";
    private const int Messages = 200;
    private const int TriesMin = 5;
    private static readonly TimeSpan SendPeriod = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new();

    [Theory]
    [InlineData("4", Affinity.Cookie, "127.0.0.1")]
    [InlineData("4", Affinity.Address, "127.0.0.2")]
    [InlineData("2", Affinity.Address, "127.0.0.3")]
    public async Task Behind_a_proxy_that_keeps_it_on_its_silo_a_client_polls_and_hears_who_is_at_the_other(string version, Affinity affinity, string from)
    {
        await using var cluster = await Start(("Limits:HeartbeatSeconds", "0.5"));
        await using var proxy = await Proxy.Start(cluster, affinity);
        await using var ann = NpmClient.Start(version, proxy.Address, from);
        var userId = (await ann.Ask("Login", new { userName = "Ann" })).GetProperty("body").Text("userId");
        var sid = proxy.Opened.Single();
        var elsewhere = cluster.Silos.Single(silo => silo != cluster.Named(sid));
        await using var ben = await HubClient.Connect(elsewhere.Address);
        (await ben.Invoke("Login", new { userName = "Ben" })).Ok();
        var sessionId = (await ben.Invoke("AddSession", new { sessionName = "S", scenarioDefinition = new { scenarioId = "s", scenarioName = "S" } })).Ok().Body.Text("sessionId");
        (await ann.Ask("JoinSession", new { sessionId })).GetProperty("error").GetInt32().ShouldBe(0);

        using var timer = new PeriodicTimer(SendPeriod);
        for (var i = 0; i < Messages; i++)
        {
            (await ben.Invoke("SendMessageToAll", new { message = i })).Ok();
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await Eventually(() => ann.Heard("MessageSent").Count >= Messages ? null : $"it heard {ann.Heard("MessageSent").Count} of {Messages}; {ann}");
        ann.Heard("MessageSent").Select(static heard => heard.GetProperty("message").GetInt32()).ShouldBe(Enumerable.Range(0, Messages));
        (await ann.Ask("SendMessageToAll", new { message = "thanks" })).GetProperty("error").GetInt32().ShouldBe(0);
        await ben.WaitFor(heard => heard.Name == "MessageSent" && heard.Data.GetProperty("message") is { ValueKind: JsonValueKind.String } said && said.GetString() == "thanks");
        proxy.Opened.ShouldBe([sid], "it was never lost");
        proxy.Refused.ShouldBeEmpty();
        proxy.Requests.ShouldBeGreaterThan(Messages / 4);
        await ann.Leave();
        (await ben.WaitFor("USER_LEFT_SESSION")).User.ShouldBe(userId);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("2")]
    public async Task Behind_a_proxy_that_does_not_it_is_told_that_its_sid_is_unknown_and_the_silos_hold_nothing_of_it(string version)
    {
        await using var cluster = await Start(
            ("Limits:HeartbeatSeconds", "0.5"), ("Limits:HeartbeatTimeoutSeconds", "1"), ("Limits:EntrySeconds", "1"), ("Admin:TrustLoopback", "true"));
        await using var proxy = await Proxy.Start(cluster, Affinity.None);
        await using (var ann = NpmClient.Start(version, proxy.Address, "127.0.0.1"))
        {
            ann.Say("Login", new { userName = "Ann" });
            await Eventually(() => proxy.Refused.Count >= TriesMin && proxy.Opened.Count >= TriesMin && ann.Told("error").Count + ann.Told("disconnected").Count >= TriesMin
                ? null
                : $"it tried {proxy.Opened.Count} times, and {proxy.Refused.Count} times it was refused; {ann}");
            ann.Told("acknowledged").ShouldBeEmpty("the login of half a session was answered");
            ann.Told("event").ShouldBeEmpty();
        }

        proxy.Refused.ShouldAllBe(static refused => refused == Unknown);
        foreach (var sid in proxy.Opened)
        {
            await Eventually(() => cluster.Named(sid).Output.Contains($"Connection {sid} ends", StringComparison.Ordinal) ? null : $"connection {sid} is still there");
            foreach (var silo in cluster.Silos)
            {
                await Eventually(async () => await Poll(silo, sid) is var answer && answer == Unknown ? null : $"{silo.Address} answers {sid} with {answer}");
            }
        }

        foreach (var silo in cluster.Silos)
        {
            await Eventually(async () =>
            {
                var dump = await _http.GetStringAsync(new Uri(silo.Address, "/api/admin/dump"));
                return dump.Contains("Ann", StringComparison.Ordinal) ? $"{silo.Address} still knows her: {dump}" : null;
            });
            silo.Output.Split('\n').Count(static line => line.Contains("does not keep clients on one gateway", StringComparison.Ordinal))
                .ShouldBeLessThanOrEqualTo(1, "one warning a minute says it");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{proxy.Opened.Count} connections were begun, {proxy.Refused.Count} requests of {proxy.Requests} refused."));
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> Poll(OrchestratorProcess silo, string sid)
    {
        using var answer = await _http.GetAsync(new Uri(silo.Address, $"/socket.io/?EIO=4&transport=polling&sid={sid}"));
        return await answer.Content.ReadAsStringAsync();
    }

    private Task<SiloCluster> Start(params (string Key, string Value)[] settings)
    {
        NpmClient.Demand();
        return SiloCluster.Start(postgres, 2, settings);
    }
}
