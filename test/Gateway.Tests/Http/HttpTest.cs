using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>An answer over HTTP.</summary>
public sealed record HttpAnswer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Text);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Demands a refusal, said the way all are said.</summary>
    public HttpAnswer Refused(HttpStatusCode status, RefusalCode code)
    {
        Status.ShouldBe(status, Text);
        Json.GetProperty("error").GetInt32().ShouldBe((int)code, Text);
        Json.Text("code").ShouldBe(Api.Replies.NameOf(code));
        Json.Text("message").ShouldNotBeNullOrWhiteSpace();
        Json.Text("message").ShouldNotContain("Orchestrator.");
        Json.GetProperty("retry").ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
        return this;
    }

    public HttpAnswer Ok()
    {
        ((int)Status).ShouldBeInRange(200, 299, Text);
        return this;
    }
}

/// <summary>Requests, short to write.</summary>
public static class HttpRequests
{
    public static async Task<HttpAnswer> Ask(this HubServer server, HttpMethod method, string path, object? body = null, string? token = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, server.Url(path));
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        // A large one asks before it is sent: a body that nobody reads may break the pipe before the answer is seen.
        request.Headers.ExpectContinue = body is string { Length: > 1_000_000 };
        using var response = await server.Http.SendAsync(request);
        return new HttpAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    public static Task<HttpAnswer> Get(this HubServer server, string path, string? token = null) => server.Ask(HttpMethod.Get, path, null, token);

    public static Task<HttpAnswer> Post(this HubServer server, string path, object? body, string? key = null) => server.Ask(HttpMethod.Post, path, body, null, key);
}

/// <summary>Names that no other test uses.</summary>
public static class Names
{
    public const string Password = "correct horse";

    public static string New() => $"person {Guid.CreateVersion7()}";
}
