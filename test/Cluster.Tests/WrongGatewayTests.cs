using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Cluster;

/// <summary>What belongs to a connection at one silo and arrives at another: each wire refuses it in its own words, and nothing happens to the connection.</summary>
public sealed class WrongGatewayTests(PostgresFixture postgres) : IDisposable
{
    private const string Unknown = """{"code":1,"message":"Session ID unknown"}""";
    private static readonly (string, string) Debug = ("Logging:LogLevel:Orchestrator.Connections.Strays", "Debug");

    private readonly HttpClient _http = new();

    [Theory]
    [InlineData("4")]
    [InlineData("3")]
    public async Task Engine_IO_says_that_the_sid_is_unknown_and_one_warning_says_why(string version)
    {
        await using var cluster = await SiloCluster.Start(postgres, 2, Debug);
        var (own, other) = (cluster.Silos[0], cluster.Silos[1]);
        var path = $"/socket.io/?EIO={version}&transport=polling";
        var opened = await Text(await _http.GetAsync(new Uri(own.Address, path)));
        var sid = JsonElement.Parse(opened[opened.IndexOf('{', StringComparison.Ordinal)..(opened.IndexOf('}', StringComparison.Ordinal) + 1)]).Text("sid");
        cluster.Named(sid).ShouldBe(own);

        var strayed = new Uri(other.Address, $"{path}&sid={sid}");
        for (var i = 0; i < 3; i++)
        {
            (await Asked(_http.GetAsync(strayed))).ShouldBe((HttpStatusCode.BadRequest, Unknown));
            (await Asked(_http.PostAsync(strayed, new StringContent("40")))).ShouldBe((HttpStatusCode.BadRequest, Unknown));
        }

        (await Arrives("WebSocket", other, $"/socket.io/?EIO={version}&transport=websocket&sid={sid}")).ShouldBe(HttpStatusCode.BadRequest);

        await Eventually(() => Lines(other, $"belongs to gateway {sid.Split('.')[0]} and came to ") == 7 ? null : $"not each was told: {other.Output}");
        await Eventually(() => Lines(other, "does not keep clients on one gateway") == 1 ? null : $"not one warning says why: {other.Output}");
        Lines(own, "belongs to gateway").ShouldBe(0);
        var ping = version == "4" ? "40" : "1:2";
        (await Asked(_http.PostAsync(new Uri(own.Address, $"{path}&sid={sid}"), new StringContent(ping)))).ShouldBe((HttpStatusCode.OK, "ok"), "nothing has happened to it");
    }

    [Fact]
    public async Task A_sid_of_nobody_is_unknown_and_no_stray()
    {
        await using var cluster = await SiloCluster.Start(postgres, 1, Debug);
        var silo = cluster.Silos[0];
        foreach (var sid in new[] { "x", "ABCDEF01.x", "0123456789", "........x" })
        {
            (await Asked(_http.GetAsync(new Uri(silo.Address, $"/socket.io/?EIO=4&transport=polling&sid={sid}")))).ShouldBe((HttpStatusCode.BadRequest, Unknown));
        }

        Lines(silo, "belong").ShouldBe(0);
    }

    [Fact]
    public async Task A_packet_socket_is_refused_with_a_sentence_and_opens_at_its_own()
    {
        await using var cluster = await SiloCluster.Start(postgres, 2);
        var (own, other) = (cluster.Silos[0], cluster.Silos[1]);
        await using var client = await HubClient.Connect(own.Address);
        (await client.Invoke("Login", new { userName = "Ann" })).Ok();
        var token = (await client.Invoke("GetPacketToken")).Ok().Body.Text("packetToken");

        var (status, answer) = await Asked(_http.GetAsync(new Uri(other.Address, $"/packets?access_token={token}")));

        status.ShouldBe(HttpStatusCode.Unauthorized);
        JsonElement.Parse(answer).GetProperty("error").GetInt32().ShouldBe(206);
        JsonElement.Parse(answer).Text("message").ShouldStartWith("The packet token was given by another gateway");
        await Eventually(() => Lines(other, "does not keep clients on one gateway") == 1 ? null : $"no warning says why: {other.Output}");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(Socket(own, $"/packets?access_token={token}"), CancellationToken.None);
        socket.State.ShouldBe(WebSocketState.Open);
    }

    [Theory]
    [InlineData("poll")]
    [InlineData("send")]
    [InlineData("server-sent events")]
    [InlineData("WebSocket")]
    public async Task SignalR_knows_a_negotiated_connection_at_its_own_alone(string way)
    {
        await using var cluster = await SiloCluster.Start(postgres, 2);
        var (own, other) = (cluster.Silos[0], cluster.Silos[1]);
        var negotiated = await Text(await _http.PostAsync(new Uri(own.Address, "/hub/negotiate?negotiateVersion=1"), null));
        var path = $"/hub?id={JsonElement.Parse(negotiated).Text("connectionToken")}";

        (await Arrives(way, other, path)).ShouldBe(HttpStatusCode.NotFound);

        (await Arrives(way == "send" ? "poll" : way, own, path)).ShouldBe(way == "WebSocket" ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.OK, "nothing has happened to it");
    }

    public void Dispose() => _http.Dispose();

    private static int Lines(OrchestratorProcess silo, string with) => silo.Output.Split('\n').Count(line => line.Contains(with, StringComparison.Ordinal));

    private static Uri Socket(OrchestratorProcess silo, string path) => new UriBuilder(new Uri(silo.Address, path)) { Scheme = "ws" }.Uri;

    private async Task<HttpStatusCode> Arrives(string way, OrchestratorProcess silo, string path)
    {
        if (way == "WebSocket")
        {
            using var socket = new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            await socket.ConnectAsync(Socket(silo, path), CancellationToken.None).ContinueWith(static t => t.Exception, TaskScheduler.Default);
            return socket.HttpStatusCode;
        }

        using var request = new HttpRequestMessage(way == "send" ? HttpMethod.Post : HttpMethod.Get, new Uri(silo.Address, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(way == "server-sent events" ? "text/event-stream" : "*/*"));
        request.Content = way == "send" ? new StringContent("{}", Encoding.UTF8) : null;
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    private static async Task<(HttpStatusCode Status, string Answer)> Asked(Task<HttpResponseMessage> asking)
    {
        using var answer = await asking;
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> Text(HttpResponseMessage answer)
    {
        using (answer)
        {
            return await answer.Content.ReadAsStringAsync();
        }
    }
}
