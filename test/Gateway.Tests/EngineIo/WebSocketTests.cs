using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.EngineIo;

namespace Orchestrator.Tests;

/// <summary>WebSockets of Engine.IO: what goes wrong on one ends it with a reason, in time, and no other notices.</summary>
public sealed class WebSocketTests : IAsyncLifetime
{
    private readonly HubLog _log = new();
    private EchoServer? _server;
    private EchoClient? _other;

    private EchoServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await EchoServer.Start(static l => l.HeartbeatSeconds = 3_600, log: log => log.AddProvider(_log));
        _other = await EchoClient.Enter(Server);
    }

    public async ValueTask DisposeAsync()
    {
        await _other!.Say("""429["echo","still here"]""");
        (await _other.Hear()).ShouldBe("""439["still here"]""");
        await Eventually(() => Server.Connections.Count == 1 ? null : $"{Server.Connections.Count} connections are left");
        Server.Application.Left.ShouldBe(Server.Application.Entered - 1);
        await _other.DisposeAsync();
        await Server.DisposeAsync();
        _log.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("7")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("47")]
    [InlineData("4x")]
    [InlineData("44{\"message\":\"no\"}")]
    [InlineData("42")]
    [InlineData("42{}")]
    [InlineData("42[]")]
    [InlineData("42[1]")]
    [InlineData("42[\"a\"")]
    [InlineData("42[\"a\"]]")]
    [InlineData("42[\"a\",]")]
    [InlineData("42[\"\\ud800\"]")]
    [InlineData("42[\"connect\"]")]
    [InlineData("42[\"disconnect\"]")]
    [InlineData("42[\"newListener\"]")]
    [InlineData("421111111111111111111[\"a\"]")]
    [InlineData("42/nowhere,[\"a\"]")]
    [InlineData("40")]
    [InlineData("40/log,[]")]
    [InlineData("40/log,\"text\"")]
    [InlineData("43")]
    [InlineData("430{}")]
    [InlineData("45[\"a\"]")]
    [InlineData("45-[\"a\"]")]
    [InlineData("4565-[\"a\"]")]
    [InlineData("451-[\"a\"]")]
    [InlineData("451-[\"a\",{\"_placeholder\":true,\"num\":1}]")]
    [InlineData("451-[\"a\",{\"_placeholder\":true,\"num\":-1}]")]
    [InlineData("451-[\"a\",{\"_placeholder\":true,\"num\":0.5}]")]
    [InlineData("451-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]")]
    [InlineData("451-[\"a\",{\"_placeholder\":true}]")]
    [InlineData("451-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]")]
    [InlineData("452-[\"a\",{\"_placeholder\":true,\"num\":0}]")]
    [InlineData("2")]
    [InlineData("b4!")]
    [InlineData("bAAAA")]
    public async Task A_packet_that_is_none_closes_its_connection_with_a_sentence(string packet)
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say(packet);

        var (status, reason) = await client.HearTheEnd();
        status.ShouldBe(1002);
        reason.ShouldEndWith(".");
    }

    [Theory]
    [InlineData("42[\"a\"]")]
    [InlineData("41")]
    [InlineData("430[]")]
    [InlineData("42/log,[\"a\"]")]
    public async Task Whoever_has_not_entered_may_say_nothing_else(string packet)
    {
        await using var client = await EchoClient.Open(Server);

        await client.Say(packet);

        (await client.HearTheEnd()).Status.ShouldBe(1002);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(500_000, false)]
    public async Task A_packet_may_nest_only_so_deep(int depth, bool isFine)
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say($"421[\"echo\",{new string('[', depth - 1)}{new string(']', depth - 1)}]");

        (await client.Hear()).StartsWith("431[", StringComparison.Ordinal).ShouldBe(isFine);
    }

    [Fact]
    public async Task Bytes_that_nobody_announced_close_the_connection()
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say([1, 2, 3]);

        (await client.HearTheEnd()).ShouldBe((1002, "A binary message was announced by no packet."));
    }

    [Fact]
    public async Task Attachments_that_are_too_large_together_close_the_connection()
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say("455-[\"echo\"," + string.Join(',', Enumerable.Range(0, 5).Select(i => $"{{\"_placeholder\":true,\"num\":{i}}}")) + "]");
        for (var i = 0; i < 5; i++)
        {
            await client.Say(new byte[2_000_000]);
        }

        (await client.HearTheEnd()).Status.ShouldBe(1009);
    }

    [Theory]
    [InlineData(WebSocketMessageType.Text)]
    [InlineData(WebSocketMessageType.Binary)]
    public async Task A_message_that_is_too_large_closes_the_connection(WebSocketMessageType kind)
    {
        await using var client = await EchoClient.Enter(Server);
        var sending = client.SayPart(Encoding.ASCII.GetBytes("42[\"echo\",\"" + new string('x', 2_200_000)), kind, WebSocketMessageFlags.EndOfMessage);

        (await client.HearTheEnd()).ShouldBe((1009, "A message may have at most 2097152 bytes."));
        await sending;
    }

    [Fact]
    public async Task A_message_right_below_the_limit_passes()
    {
        await using var client = await EchoClient.Enter(Server);
        var text = new string('x', 2_097_152 - 12);

        await client.Say($"421[\"echo\",\"{text}");
        (await client.HearTheEnd()).Status.ShouldBe(1002);
        await using var again = await EchoClient.Enter(Server);
        await again.Say($"421[\"echo\",\"{text[..^4]}\"]");

        (await again.Hear()).Length.ShouldBe(text.Length - 4 + 7);
    }

    [Theory]
    [InlineData(new byte[] { 0xc1, 0x80, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x83, 0x80, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x80, 0x80, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x09, 0x80, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x89, 0xfe, 1, 0, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x81, 0x82, 0, 0, 0, 0, 0x34, 0xff }, 1007)]
    [InlineData(new byte[] { 0x88, 0x81, 0, 0, 0, 0, 1 }, 1002)]
    public async Task Bytes_that_are_no_frame_end_the_connection_with_a_status(byte[] frame, int status)
    {
        using var client = await RawClient.Open(Server);

        await client.Write(frame);

        (await client.HearTheEnd()).ShouldBe(status);
    }

    [Fact]
    public async Task A_frame_that_announces_a_giant_is_cut_off_at_the_limit()
    {
        using var client = await RawClient.Open(Server);
        await client.Write([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

        var sending = client.Write(new byte[3_000_000]);

        (await client.HearTheEnd()).ShouldBe(1009);
        await Should.NotThrowAsync(() => sending.ContinueWith(static _ => { }, TaskScheduler.Default));
    }

    [Fact]
    public async Task A_socket_that_is_half_closed_ends()
    {
        using var client = await RawClient.Open(Server);
        await client.Say("40");
        await client.Hear();

        client.CloseHalf();

        await client.HearTheEnd();
    }

    [Fact]
    public async Task A_ping_of_the_socket_is_answered_between_other_frames()
    {
        using var client = await RawClient.Open(Server);
        await client.Say("40");
        await client.Hear();
        await client.Say("420[\"burst\",1000]");
        for (byte i = 0; i < 100; i++)
        {
            await client.Write(RawClient.Frame(0x89, [i]));
        }

        var (numbers, pongs) = (0, new List<byte>());
        while (numbers < 1_000 || pongs.Count < 100)
        {
            var (kind, content) = (await client.Hear())!.Value;
            if (kind == 0x8a)
            {
                pongs.Add(content.Single());
                continue;
            }

            Encoding.UTF8.GetString(content).ShouldBe($"42[\"number\",{numbers++}]");
        }

        pongs.ShouldBe(Enumerable.Range(0, 100).Select(i => (byte)i));
    }

    [Fact]
    public async Task Who_does_not_read_is_ended_in_time_and_holds_no_more_than_the_limit()
    {
        using var client = await RawClient.Open(Server);
        await client.Say("40");
        await client.Hear();
        var handler = Server.Application.Handlers.Values.Single(h => h.Id != _other!.Id && h.Outbound != Server.Connections.Find(_other.Id)!.Outbound);
        var message = new string('x', 100_000);

        for (var i = 0; i < 1_000; i++)
        {
            handler.Send("flood", message);
            handler.Outbound.Bytes.ShouldBeLessThanOrEqualTo(new Limits().OutboundBytesMax);
        }

        await Eventually(() => Server.Connections.Count == 1 ? null : "it is still there");
    }

    [Fact]
    public async Task Writes_go_to_the_socket_itself_once_the_client_has_spoken()
    {
        await using var client = await EchoClient.Open(Server);
        var transport = Server.Connections.Find(client.Id)!.Transport.ShouldBeOfType<WebSocketTransport>();
        transport.IsDirect.ShouldBeFalse();

        await client.Say("40");
        await client.Hear();

        transport.IsDirect.ShouldBeTrue();
        await client.Say($"421[\"echo\",\"{new string('x', 2_000_000)}\"]");
        (await client.Hear()).Length.ShouldBe(2_000_007);
    }

    [Fact]
    public async Task What_is_encrypted_never_goes_to_the_socket_itself()
    {
        using var key = RSA.Create(2_048);
        var from = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(from.AddDays(-1), from.AddDays(1));
        await using var server = await EchoServer.Start(host: host => host
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))));
        await using var client = await EchoClient.Enter(server);

        await client.Say($"421[\"echo\",\"{new string('x', 2_000_000)}\"]");

        (await client.Hear()).Length.ShouldBe(2_000_007);
        server.Connections.Find(client.Id)!.Transport.ShouldBeOfType<WebSocketTransport>().IsDirect.ShouldBeFalse();
    }

    [Theory]
    [InlineData("GET", "EIO=4", 0, "Transport unknown")]
    [InlineData("GET", "EIO=4&transport=flash", 0, "Transport unknown")]
    [InlineData("GET", "EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown")]
    [InlineData("POST", "EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown")]
    [InlineData("GET", "EIO=4&transport=websocket&sid=nobody", 1, "Session ID unknown")]
    [InlineData("POST", "EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("POST", "EIO=4&transport=websocket", 2, "Bad handshake method")]
    [InlineData("DELETE", "EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("GET", "EIO=4&transport=websocket", 3, "A WebSocket is opened over HTTP/1.1")]
    [InlineData("GET", "EIO=4&transport=polling&j=0", 3, "JSONP is not served; use XHR polling or a WebSocket")]
    [InlineData("GET", "EIO=2&transport=polling", 5, "Unsupported protocol version")]
    [InlineData("GET", "transport=polling", 5, "Unsupported protocol version")]
    public async Task A_request_that_makes_no_sense_is_refused_as_Engine_IO_does(string method, string query, int code, string message)
    {
        using var http = new HttpClient();
        foreach (var path in new[] { "/socket.io", "/socket.io/" })
        {
            using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(Server.Address, $"{path}?{query}")));

            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldBe($$"""{"code":{{code}},"message":"{{message}}"}""");
        }
    }

    [Fact]
    public async Task A_handler_that_fails_ends_its_connection_and_is_logged()
    {
        var log = new HubLog();
        await using var server = await EchoServer.Start(log: l => l.AddProvider(log));
        await using var client = await EchoClient.Enter(server);

        await client.Say("""42["fail"]""");

        (await client.HearTheEnd()).Status.ShouldBe(1011);
        log.Errors.ShouldHaveSingleItem().Exception.ShouldBeOfType<InvalidOperationException>();
        await Eventually(() => server.Application.Left == 1 ? null : "it has not left");
    }
}
