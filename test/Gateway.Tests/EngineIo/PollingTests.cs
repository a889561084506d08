using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.EngineIo;

namespace Orchestrator.Tests;

/// <summary>Long polling, and the way from it to a WebSocket.</summary>
public sealed class PollingTests : IAsyncLifetime
{
    private const string Dead = """{"code":1,"message":"Session ID unknown"}""";

    private readonly HttpClient _http = new();
    private EchoServer? _server;

    private EchoServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await EchoServer.Start();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task The_handshake_offers_a_WebSocket()
    {
        (await new PollingClient(_http, Server).Open()).ShouldMatch(
            """^0\{"sid":"[0-9a-f]{8}\.[-0-9a-f]{36}","upgrades":\["websocket"\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":2097152\}$""");
    }

    [Fact]
    public async Task Packets_go_both_ways_several_at_once_and_binary_ones_in_base64()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();

        await client.Post("420[\"echo\",\"ü\"]\u001e451-1[\"echo\",{\"_placeholder\":true,\"num\":0}]\u001ebAQIDBA==\u001e422[\"echo\"]");

        var heard = "";
        await Eventually(async () =>
        {
            heard += (heard.Length == 0 ? "" : "\u001e") + await client.Poll();
            return heard.EndsWith("432[]", StringComparison.Ordinal) ? null : heard;
        });
        heard.Split('\u001e').ShouldBe(["430[\"ü\"]", "461-1[{\"_placeholder\":true,\"num\":0}]", "bAQIDBA==", "432[]"]);
    }

    [Fact]
    public async Task A_poll_waits_for_what_comes()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();
        var poll = client.Poll();

        await client.Post("420[\"echo\"]");

        (await poll).ShouldBe("430[]");
    }

    [Fact]
    public async Task Version_3_says_lengths_in_characters()
    {
        var client = new PollingClient(_http, Server, "EIO=3");
        (await client.Open()).ShouldMatch("""^\d+:0\{"sid":"[0-9a-f]{8}\.[-0-9a-f]{36}","upgrades":\["websocket"\],.*\}2:40$""");
        var packet = "420[\"echo\",\"ü😀\"]";

        (await client.Post($"{packet.Length}:{packet}1:2")).Answer.ShouldBe("ok");

        var heard = "";
        await Eventually(async () => (heard += await client.Poll()).EndsWith("1:3", StringComparison.Ordinal) ? null : heard);
        var answer = "430[\"ü😀\"]";
        heard.ShouldBe($"{answer.Length}:{answer}1:3");
    }

    [Fact]
    public async Task Version_3_says_bytes_as_bytes_to_whom_can_take_them()
    {
        var client = new PollingClient(_http, Server, "EIO=3");
        await client.Open();
        var text = "451-1[\"echo\",{\"_placeholder\":true,\"num\":0}]";
        byte[] body = [0, 4, 3, 0xff, .. Encoding.ASCII.GetBytes(text), 1, 4, 0xff, 4, 1, 2, 3];
        text.Length.ShouldBe(43);

        (await client.Post(new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } })).Answer.ShouldBe("ok");

        var answer = Encoding.ASCII.GetBytes("461-1[{\"_placeholder\":true,\"num\":0}]");
        (await client.PollBytes()).ShouldBe([0, 3, 6, 0xff, .. answer, 1, 4, 0xff, 4, 1, 2, 3]);
    }

    [Fact]
    public async Task Version_3_says_bytes_in_base64_to_whom_cannot()
    {
        var client = new PollingClient(_http, Server, "EIO=3&b64=1");
        await client.Open();

        await client.Post("43:451-1[\"echo\",{\"_placeholder\":true,\"num\":0}]10:b4AQIDBA==");

        (await client.Poll()).ShouldBe("36:461-1[{\"_placeholder\":true,\"num\":0}]10:b4AQIDBA==");
    }

    [Theory]
    [InlineData("EIO=4", "")]
    [InlineData("EIO=4", "9")]
    [InlineData("EIO=4", "3\u001e")]
    [InlineData("EIO=4", "\u001e")]
    [InlineData("EIO=4", "b@@")]
    [InlineData("EIO=4", "42[")]
    [InlineData("EIO=3", "")]
    [InlineData("EIO=3", "2")]
    [InlineData("EIO=3", ":2")]
    [InlineData("EIO=3", "x:2")]
    [InlineData("EIO=3", "2:2")]
    [InlineData("EIO=3", "-1:2")]
    [InlineData("EIO=3", "1:😀")]
    [InlineData("EIO=3", "99999999999:2")]
    [InlineData("EIO=3", "0:")]
    public async Task A_post_that_makes_no_sense_is_refused_and_ends_the_connection(string query, string body)
    {
        var client = new PollingClient(_http, Server, query);
        await client.Open();

        var (status, answer) = await client.Post(body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ShouldStartWith("{\"code\":3,");
        await IsOver(client);
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 0xff })]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 2, 1, 0xff, 50 })]
    [InlineData(new byte[] { 0, 10, 0xff, 50 })]
    [InlineData(new byte[] { 0, 0xff, 50 })]
    [InlineData(new byte[] { 0, 1, 0xff, 0xff })]
    [InlineData(new byte[] { 1, 1, 0xff, 9 })]
    [InlineData(new byte[] { 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0xff, 9 })]
    public async Task A_post_in_bytes_that_makes_no_sense_is_refused_and_ends_the_connection(byte[] body)
    {
        var client = new PollingClient(_http, Server, "EIO=3");
        await client.Open();

        (await client.Post(InBytes(body))).Status.ShouldBe(HttpStatusCode.BadRequest);

        await IsOver(client);
    }

    [Fact]
    public async Task Version_4_takes_no_bytes()
    {
        var client = new PollingClient(_http, Server);
        await client.Open();

        (await client.Post(InBytes([0, 1, 0xff, 50]))).Status.ShouldBe(HttpStatusCode.BadRequest);

        await IsOver(client);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_post_that_is_too_large_is_refused_and_ends_the_connection(bool isLengthKnown)
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();
        using var body = new StringContent("42[\"echo\",\"" + new string('x', 2_100_000) + "\"]");
        if (!isLengthKnown)
        {
            _http.DefaultRequestHeaders.TransferEncodingChunked = true;
        }

        (await client.Post(body)).ShouldBe((HttpStatusCode.RequestEntityTooLarge, """{"code":3,"message":"A post may have at most 2097152 bytes."}"""));

        _http.DefaultRequestHeaders.TransferEncodingChunked = null;
        await IsOver(client);
    }

    [Fact]
    public async Task A_second_poll_at_a_time_ends_the_connection()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();

        var polls = await Task.WhenAll(client.Poll(), client.Poll());

        polls.Order(StringComparer.Ordinal).ShouldBe(["1", """{"code":3,"message":"Bad request"}"""]);
        await IsOver(client);
        await Eventually(() => Server.Application.Left == 1 ? null : "it has not left");
    }

    [Fact]
    public async Task A_second_post_at_a_time_ends_the_connection()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();
        var poll = client.Poll();
        var first = client.Post("421[\"hold\"]\u001e422[\"echo\"]\u001e423[\"echo\"]");
        await Eventually(() => Server.Application.Received.Any(e => e.Name == "hold") ? null : "it has not come");

        (await client.Post("3")).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await poll).ShouldBe("1");
        (await first).Status.ShouldBe(HttpStatusCode.BadRequest);
        Server.Application.Held.SetResult();
        await Eventually(() => Server.Application.Left == 1 ? null : "it has not left");
        Server.Application.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_client_that_goes_while_it_polls_is_gone()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();

        // One that is cut before it has come is none.
        await Eventually(async () =>
        {
            using var cut = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            try
            {
                using var answer = await _http.GetAsync(client.Url, cut.Token);
            }
            catch (OperationCanceledException)
            {
                // As it should be.
            }

            return Server.Application.Left == 1 ? null : "it is still there";
        });
    }

    [Fact]
    public async Task A_client_that_closes_is_gone()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();
        var poll = client.Poll();

        (await client.Post("41\u001e1")).Answer.ShouldBe("ok");

        (await poll).ShouldBe("1");
        await Eventually(async () => await client.Poll() is var answer && answer == Dead ? null : answer);
        Server.Application.Left.ShouldBe(1);
    }

    [Fact]
    public async Task Only_so_many_may_poll_at_a_time()
    {
        await using var server = await EchoServer.Start(static l => l.PollingConnectionsMax = 1);
        var first = new PollingClient(_http, server);
        await first.Open();

        using var refused = await _http.GetAsync(new PollingClient(_http, server).Url);
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await using var socket = await EchoClient.Connect(server, $"EIO=4&sid={first.Id}");
        await socket.Say("2probe");
        await socket.Hear();
        await socket.Say("5");

        await Eventually(() => server.Connections.Polling == 0 ? null : "its place is still taken");
        await new PollingClient(_http, server).Open();
        server.Connections.Polling.ShouldBe(1);
    }

    [Theory]
    [InlineData("EIO=4")]
    [InlineData("EIO=3")]
    public async Task A_poll_is_let_go_when_the_client_probes_a_WebSocket(string query)
    {
        var client = new PollingClient(_http, Server, query);
        await client.Open();
        var poll = client.Poll();
        await using var socket = await EchoClient.Connect(Server, $"{query}&sid={client.Id}");

        await socket.Say("2probe");

        (await socket.Hear()).ShouldBe("3probe");
        (await poll).ShouldBe(query == "EIO=4" ? "6" : "1:6");
        await socket.Say("5");
        await socket.Say(query == "EIO=4" ? "40" : "420[\"echo\"]");
        (await socket.Hear()).ShouldStartWith(query == "EIO=4" ? "40{" : "430[]");
        Server.Connections.Find(client.Id)!.Transport.ShouldBeOfType<WebSocketTransport>().IsDirect.ShouldBeTrue();
        (await client.Poll()).ShouldBe("""{"code":3,"message":"Bad request"}""");
        (await client.Post("3")).Status.ShouldBe(HttpStatusCode.BadRequest);
        await socket.Close();
        await Eventually(async () => await client.Poll() is var answer && answer == Dead ? null : answer);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("2")]
    [InlineData("42[\"echo\"]")]
    public async Task A_WebSocket_that_does_not_probe_is_closed_and_polling_goes_on(string packet)
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();
        await using var socket = await EchoClient.Connect(Server, $"EIO=4&sid={client.Id}");

        await socket.Say(packet);

        (await socket.HearTheEnd()).Status.ShouldBe(1002);
        await client.Post("421[\"echo\"]");
        (await client.Poll()).ShouldBe("431[]");
    }

    [Fact]
    public async Task An_upgrade_that_is_not_completed_is_given_up_and_polling_goes_on()
    {
        var time = new ManualTimeProvider();
        await using var server = await EchoServer.Start(static l => l.UpgradeSeconds = 3, time: time);
        var client = new PollingClient(_http, server);
        await client.Enter();
        await using var socket = await EchoClient.Connect(server, $"EIO=4&sid={client.Id}");
        await socket.Say("2probe");
        await socket.Hear();

        time.Advance(TimeSpan.FromSeconds(3));

        (await socket.HearTheEnd()).ShouldBe((1008, "The upgrade took too long."));

        await client.Post("421[\"echo\"]");
        (await client.Poll()).ShouldBe("431[]");
    }

    [Fact]
    public async Task An_upgrade_that_is_cut_is_given_up_and_another_one_may_come()
    {
        var client = new PollingClient(_http, Server);
        await client.Enter();
        var cut = await EchoClient.Connect(Server, $"EIO=4&sid={client.Id}");
        await cut.Say("2probe");
        await cut.Hear();

        cut.Cut();

        // The server may not have noticed yet; an upgrade beside another one is closed.
        await Eventually(async () =>
        {
            await using var next = await EchoClient.Connect(Server, $"EIO=4&sid={client.Id}");
            await next.Say("2probe");
            return await next.Hear() is var answer && answer == "3probe" ? null : answer;
        });
    }

    [Fact]
    public async Task While_a_client_goes_over_nothing_is_lost_or_doubled()
    {
        var random = new Random(1);
        for (var round = 0; round < 25; round++)
        {
            await GoesOver(random);
        }
    }

    private static ByteArrayContent InBytes(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    /// <summary>The server sends all the time; the client goes over in the middle of it.</summary>
    private async Task GoesOver(Random random)
    {
        var before = Server.Application.Handlers.Keys.ToHashSet();
        var client = new PollingClient(_http, Server);
        await client.Enter();
        var handler = Server.Application.Handlers.Single(h => !before.Contains(h.Key)).Value;
        var (sent, isEnough) = (0, false);
        var sending = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isEnough))
            {
                handler.Send("number", sent++);
                await Task.Yield();
            }

            handler.Send("end");
        });
        var heard = new List<string>();
        for (var polls = random.Next(5); polls > 0; polls--)
        {
            heard.AddRange((await client.Poll()).Split('\u001e'));
        }

        await using var socket = await EchoClient.Connect(Server, $"EIO=4&sid={client.Id}");
        await socket.Say("2probe");
        (await socket.Hear()).ShouldBe("3probe");
        heard.AddRange((await client.Poll()).Split('\u001e'));
        await socket.Say("5");
        for (var more = random.Next(1_000); more > 0; more--)
        {
            heard.Add(await socket.Hear());
        }

        Volatile.Write(ref isEnough, true);
        while (heard[^1] != "42[\"end\"]")
        {
            heard.Add(await socket.Hear());
        }

        await sending;
        heard.Where(h => h != "6").SkipLast(1).ShouldBe(Enumerable.Range(0, sent).Select(i => $"42[\"number\",{i}]"));
        await socket.Close();
    }

    /// <summary>The next poll is told that it is over, or finds nothing any more.</summary>
    private static async Task IsOver(PollingClient client) => (await client.Poll()).ShouldBeOneOf("1", "1:1", Dead);
}
