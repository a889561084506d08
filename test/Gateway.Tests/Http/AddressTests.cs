using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Tests;

/// <summary>What is at which address, and what is said where nothing is.</summary>
public sealed class AddressTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task Sessions_can_be_read_by_account_and_deleted_by_their_administrator()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        var other = await Server.Register(Names.New(), Names.Password);
        var client = await Connect(token);
        (await client.Invoke("Login", new { })).Ok();
        var session = (await client.Invoke("AddSession", Sessions.Named("over HTTP"))).Ok().Body.Text("sessionId");

        await Eventually(async () => (await Server.Get("/api/sessions", token)).Ok().Json.TryGetProperty(session, out _) ? null : "it is not listed");
        (await Server.Get("/api/sessions", other)).Ok().Json.GetProperty(session).Text("sessionName").ShouldBe("over HTTP");
        (await Server.Get($"/api/sessions/{session}", token)).Ok().Json.Text("sessionId").ShouldBe(session);
        (await Server.Get($"/api/sessions/{session}", other)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotJoined);
        (await Server.Ask(HttpMethod.Delete, $"/api/sessions/{session}", null, other)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAdministrator);
        (await Server.Ask(HttpMethod.Delete, $"/api/sessions/{session}", null, token)).Refused(HttpStatusCode.Conflict, RefusalCode.SessionNotEmpty);
        (await client.Invoke("LeaveSession")).Ok();
        (await Server.Ask(HttpMethod.Delete, $"/api/sessions/{session}", null, token)).Ok();
        (await Server.Ask(HttpMethod.Delete, $"/api/sessions/{session}", null, token)).Refused(HttpStatusCode.NotFound, RefusalCode.SessionNotFound);
        foreach (var none in new[] { "no-such-session", "a%20b", "..%2f..", new string('x', 200) })
        {
            (await Server.Ask(HttpMethod.Delete, $"/api/sessions/{none}", null, token)).Refused(HttpStatusCode.NotFound, RefusalCode.SessionNotFound);
            var read = await Server.Get($"/api/sessions/{none}", token);
            ((int)read.Status).ShouldBeInRange(403, 404, read.Text);
        }
    }

    [Fact]
    public async Task Version_and_health_are_open_to_all()
    {
        (await Server.Get("/api/version")).Ok().Json.Text("orchestratorVersion").ShouldNotBeEmpty();
        (await Server.Get("/health/live")).Ok();
        (await Server.Get("/health/ready")).Ok();
    }

    [Fact]
    public async Task The_description_names_every_route_and_what_goes_in_and_out()
    {
        var description = (await Server.Get("/openapi/v1.json")).Ok().Json;
        description.Text("openapi").ShouldStartWith("3.");
        var paths = description.GetProperty("paths");
        var routes = Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => (Path: e.RoutePattern.RawText!.TrimEnd('/'), Method: m.ToLowerInvariant())))
            .ToArray();

        routes.Length.ShouldBeGreaterThan(8);
        foreach (var (path, method) in routes)
        {
            var operation = paths.EnumerateObject().Single(p => p.Name.TrimEnd('/') == path).Value.GetProperty(method);
            operation.Text("summary").ShouldNotBeEmpty($"{method} {path}");
            operation.GetProperty("responses").EnumerateObject().ShouldNotBeEmpty($"{method} {path}");
        }

        References(description).ShouldAllBe(r => Resolve(description, r).ValueKind == JsonValueKind.Object);
        var schemas = description.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(s => s.Name).ToArray();
        foreach (var expected in new[] { "Credentials", "PasswordChange", "TokenBody", "AccountRecord", "SessionRecord", "MemberRecord", "VersionBody", "ScenarioDefinition" })
        {
            schemas.ShouldContain(expected);
        }
    }

    [Fact]
    public async Task Where_nothing_is_there_is_a_body_that_says_so()
    {
        foreach (var path in new[] { "/", "/api", "/api/nothing", "/api/sessions/a/b", "/%2e%2e/etc/passwd", "/openapi/v2.json", "/favicon.ico" })
        {
            (await Server.Get(path)).Refused(HttpStatusCode.NotFound, RefusalCode.NotFound);
        }

        foreach (var (method, path) in new[] { (HttpMethod.Get, "/api/accounts"), (HttpMethod.Patch, "/api/tokens"), (HttpMethod.Post, "/api/version") })
        {
            (await Server.Ask(method, path, method == HttpMethod.Get ? null : "{}")).Refused(HttpStatusCode.MethodNotAllowed, RefusalCode.UnknownCommand);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("""{"userName":"x"}""")]
    [InlineData("""{"userName":null,"password":"p"}""")]
    [InlineData("""{"userName":1,"password":"p"}""")]
    [InlineData("""{"userName":"x","password":"correct horse","more":1}""")]
    [InlineData("""{"userName":"x","userName":"y","password":"correct horse"}""")]
    [InlineData("""{"UserName":"x","Password":"correct horse"}""")]
    [InlineData("""{"userName":"\ud800","password":"correct horse"}""")]
    public async Task A_body_that_does_not_fit_is_refused_with_a_sentence(string body)
    {
        (await Server.Post("/api/accounts", body)).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        (await Server.Post("/api/tokens", body)).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
    }

    [Fact]
    public async Task A_body_of_another_kind_or_size_is_refused_with_a_sentence()
    {
        using var text = new StringContent("""{"userName":"x","password":"correct horse"}""", Encoding.UTF8, "text/plain");
        (await Server.Post("/api/accounts", text)).Refused(HttpStatusCode.UnsupportedMediaType, RefusalCode.BadRequest);
        using var form = new FormUrlEncodedContent([new("userName", "x"), new("password", "correct horse")]);
        (await Server.Post("/api/accounts", form)).Refused(HttpStatusCode.UnsupportedMediaType, RefusalCode.BadRequest);
        (await Server.Post("/api/accounts", null)).Status.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType);
        var large = $$"""{"userName":"{{new string('x', 2_200_000)}}","password":"correct horse"}""";
        (await Server.Post("/api/accounts", large)).Refused(HttpStatusCode.RequestEntityTooLarge, RefusalCode.LimitReached);
        var deep = $$"""{"userName":{{new string('[', 1_000)}}{{new string(']', 1_000)}},"password":"p"}""";
        (await Server.Post("/api/accounts", deep)).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        using var wrong = new ByteArrayContent([.. "{\"userName\":\""u8, 0xff, 0xfe, .. "\",\"password\":\"correct horse\"}"u8]);
        wrong.Headers.ContentType = new("application/json");
        (await Server.Post("/api/accounts", wrong)).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static JsonElement Resolve(JsonElement document, string reference) =>
        reference.Split('/').Skip(1).Aggregate(document, (at, name) => at.TryGetProperty(name, out var next) ? next : default);
}
