using System.Net;
using System.Net.WebSockets;

namespace Orchestrator.Tests;

/// <summary>How long Engine.IO connections live: heartbeats, times for this and that, the end of the server, origins.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task Who_answers_no_heartbeat_is_closed()
    {
        await using var server = await EchoServer.Start(Quick);
        await using var client = await EchoClient.Open(server);

        (await client.Hear()).ShouldBe("2");

        (await client.HearTheEnd()).ShouldBe((1008, "Nothing was heard from the client for too long."));
    }

    [Fact]
    public async Task Who_answers_is_asked_again_and_stays()
    {
        await using var server = await EchoServer.Start(QuickButPatient);
        await using var client = await EchoClient.Open(server);

        for (var i = 0; i < 10; i++)
        {
            (await client.Hear()).ShouldBe("2");
            await client.Say("3");
        }
    }

    [Fact]
    public async Task In_version_3_the_client_asks()
    {
        await using var server = await EchoServer.Start(QuickButPatient);
        await using var client = await EchoClient.Open(server, version: 3);
        (await client.Hear()).ShouldBe("40");

        for (var i = 0; i < 10; i++)
        {
            await client.Say("2x");
            (await client.Hear()).ShouldBe("3x");
        }
    }

    [Fact]
    public async Task In_version_3_silence_closes()
    {
        await using var server = await EchoServer.Start(Quick);
        await using var client = await EchoClient.Open(server, version: 3);

        (await client.HearTheEnd()).Status.ShouldBe(1008);
    }

    [Fact]
    public async Task Whoever_is_served_for_long_is_not_taken_for_lost()
    {
        await using var server = await EchoServer.Start(QuickButPatient);
        await using var client = await EchoClient.Enter(server);

        await client.Say("""421["hold"]""");
        for (var i = 0; i < 6; i++)
        {
            // It answers none, and yet it is asked again.
            (await client.Hear()).ShouldBe("2");
        }

        server.Application.Held.SetResult();

        await Eventually(async () => await client.Hear() is var heard && heard == """431["held"]""" ? null : heard);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    public async Task Who_enters_nothing_is_closed(int version)
    {
        await using var server = await EchoServer.Start(static l => l.EntrySeconds = 0.2);
        await using var client = await EchoClient.Open(server, version);
        if (version == 3)
        {
            // It is in "/" at once.
            (await client.Hear()).ShouldBe("40");
            await client.Say("""421["echo"]""");
            (await client.Hear()).ShouldBe("431[]");
            return;
        }

        (await client.HearTheEnd()).ShouldBe((1008, "No namespace was entered in time."));
    }

    [Fact]
    public async Task A_server_that_stops_tells_everybody_and_waits_for_nobody()
    {
        await using var server = await EchoServer.Start();
        await using var entered = await EchoClient.Enter(server);
        await using var opened = await EchoClient.Open(server);
        using var dumb = await RawClient.Open(server);
        using var http = new HttpClient();
        var polled = new PollingClient(http, server);
        await polled.Open();
        var poll = polled.Poll();
        await Eventually(() => server.Waiting == 4 ? null : "it does not have them all yet");

        var stopping = server.Stop().WaitAsync(TimeSpan.FromSeconds(10));

        (await entered.HearTheEnd()).ShouldBe((4501, "Shutdown"));
        (await opened.HearTheEnd()).ShouldBe((4501, "Shutdown"));
        (await poll).ShouldBe("1");
        await stopping;
        server.Application.Left.ShouldBe(1);
    }

    [Fact]
    public async Task An_application_that_aborts_is_obeyed_at_once()
    {
        await using var server = await EchoServer.Start();
        await using var client = await EchoClient.Enter(server);

        await client.Say("""42["abort"]""");

        (await client.HearTheEnd()).ShouldBe((4500, "SlowConsumer"));
        await Eventually(() => server.Application.Left == 1 ? null : "it has not left");
    }

    [Theory]
    [InlineData(null, new string[0], true)]
    [InlineData("HOST", new string[0], true)]
    [InlineData("http://127.0.0.1:1", new string[0], false)]
    [InlineData("https://evil.example", new string[0], false)]
    [InlineData("null", new string[0], false)]
    [InlineData("https://good.example", new[] { "https://good.example" }, true)]
    [InlineData("https://evil.example", new[] { "https://good.example" }, false)]
    [InlineData("https://any.example", new[] { "*" }, true)]
    public async Task Pages_of_other_origins_connect_only_if_the_settings_say_so(string? origin, string[] allowed, bool isFine)
    {
        await using var server = await EchoServer.Start(origins: allowed);
        origin = origin == "HOST" ? server.Address.GetLeftPart(UriPartial.Authority) : origin;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/socket.io/?EIO=4&transport=polling"));
        request.Headers.TryAddWithoutValidation("Origin", origin);

        using var polled = await http.SendAsync(request);

        polled.StatusCode.ShouldBe(isFine ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        polled.Headers.Contains("Access-Control-Allow-Origin").ShouldBe(isFine && allowed.Length > 0);
        if (isFine)
        {
            await using var client = await EchoClient.Connect(server, "EIO=4", origin);
            (await client.Hear()).ShouldStartWith("0{");
            return;
        }

        (await polled.Content.ReadAsStringAsync()).ShouldBe("""{"code":4,"message":"Pages of this origin may not connect"}""");
        await Should.ThrowAsync<WebSocketException>(() => EchoClient.Connect(server, "EIO=4", origin));
    }

    [Fact]
    public async Task A_browser_that_asks_first_is_told_what_it_may()
    {
        await using var server = await EchoServer.Start(origins: ["https://good.example"]);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(server.Address, "/socket.io/?EIO=4&transport=polling"));
        request.Headers.Add("Origin", "https://good.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");

        using var answer = await http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://good.example"]);
        answer.Headers.GetValues("Access-Control-Allow-Methods").ShouldBe(["POST"]);
    }

    private static void Quick(Limits limits)
    {
        limits.HeartbeatSeconds = 0.1;
        limits.HeartbeatTimeoutSeconds = 0.3;
    }

    private static void QuickButPatient(Limits limits)
    {
        limits.HeartbeatSeconds = 0.1;
        limits.HeartbeatTimeoutSeconds = 30;
    }
}
