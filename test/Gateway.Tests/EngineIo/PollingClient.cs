using System.Net;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>A client that polls, a request at a time.</summary>
internal sealed class PollingClient(HttpClient http, EchoServer server, string query = "EIO=4")
{
    public string Id { get; private set; } = "";

    public Uri Url => new(server.Address, $"/socket.io/?{query}&transport=polling" + (Id.Length == 0 ? "" : $"&sid={Id}"));

    /// <summary>Opens a connection, and gives the first answer.</summary>
    public async Task<string> Open()
    {
        var opened = await Poll();
        using var json = JsonDocument.Parse(opened[opened.IndexOf('{', StringComparison.Ordinal)..(opened.IndexOf('}', StringComparison.Ordinal) + 1)]);
        Id = json.RootElement.GetProperty("sid").GetString()!;
        return opened;
    }

    /// <summary>Opens a connection and enters "/", in version 4.</summary>
    public async Task Enter()
    {
        await Open();
        (await Post("40")).ShouldBe((HttpStatusCode.OK, "ok"));
        (await Poll()).ShouldStartWith("40{\"sid\":");
    }

    public async Task<string> Poll()
    {
        using var answer = await http.GetAsync(Url);
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<byte[]> PollBytes()
    {
        using var answer = await http.GetAsync(Url);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public Task<(HttpStatusCode Status, string Answer)> Post(string body) => Post(new StringContent(body, Encoding.UTF8, "text/plain"));

    public async Task<(HttpStatusCode Status, string Answer)> Post(HttpContent body)
    {
        using var answer = await http.PostAsync(Url, body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
