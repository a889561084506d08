using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Tests;

/// <summary>Tokens that are not what they should be.</summary>
public sealed class TokenTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task A_token_that_is_not_valid_is_refused_on_http_and_on_the_hub()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        (await Server.Get("/api/sessions", token)).Ok();
        foreach (var (why, wrong) in Wrong(token))
        {
            (await Server.Get("/api/sessions", wrong)).Status.ShouldBe(HttpStatusCode.Unauthorized, why);
            (await Server.Get("/api/sessions", wrong)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
            (await Server.Get("/api/version", wrong)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
            await Should.ThrowAsync<WebSocketException>(() => HubClient.Open(Server.Address, wrong), why);
        }
    }

    [Fact]
    public async Task Without_a_token_there_is_a_401_with_a_body()
    {
        foreach (var path in new[] { "/api/sessions", "/api/sessions/x", "/api/accounts/me" })
        {
            (await Server.Get(path)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
        }
    }

    [Fact]
    public async Task A_token_that_has_run_out_is_refused()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        var payload = Decode(token.Split('.')[1]);
        var expired = System.Text.RegularExpressions.Regex.Replace(payload, "\"exp\":[0-9.]+", "\"exp\":1000000000");
        expired.ShouldNotBe(payload);

        (await Server.Get("/api/sessions", Sign(token.Split('.')[0], expired, Server.TokenKey))).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
    }

    [Fact]
    public async Task The_way_this_test_signs_is_the_servers_own()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        var parts = token.Split('.');

        Sign(parts[0], Decode(parts[1]), Server.TokenKey).ShouldBe(token);
    }

    private IEnumerable<(string Why, string Token)> Wrong(string token)
    {
        var parts = token.Split('.');
        var payload = Decode(parts[1]);
        yield return ("changed signature", $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}");
        yield return ("changed payload", $"{parts[0]}.{Encode(payload.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal))}.{parts[2]}");
        yield return ("another key", Sign(parts[0], payload, new byte[32]));
        yield return ("no algorithm", $"{Encode("""{"typ":"JWT","alg":"none"}""")}.{parts[1]}.");
        yield return ("no algorithm, old signature", $"{Encode("""{"typ":"JWT","alg":"none"}""")}.{parts[1]}.{parts[2]}");
        yield return ("another algorithm", Sign(Encode("""{"typ":"JWT","alg":"HS512"}"""), payload, Server.TokenKey, HMACSHA512.HashData));
        yield return ("no audience", Sign(parts[0], payload.Replace("\"aud\"", "\"xyz\"", StringComparison.Ordinal), Server.TokenKey));
        yield return ("another audience", Sign(parts[0], payload.Replace("\"access\"", "\"resume\"", StringComparison.Ordinal), Server.TokenKey));
        yield return ("no expiry", Sign(parts[0], payload.Replace("\"exp\"", "\"xyz\"", StringComparison.Ordinal), Server.TokenKey));
        yield return ("expiry of a wrong type", Sign(parts[0], payload.Replace("\"exp\":", "\"exp\":\"x\",\"xyz\":", StringComparison.Ordinal), Server.TokenKey));
        yield return ("no name", Sign(parts[0], payload.Replace("\"name\"", "\"xyz\"", StringComparison.Ordinal), Server.TokenKey));
        yield return ("payload that is an array", Sign(parts[0], "[]", Server.TokenKey));
        yield return ("payload that is no JSON", Sign(parts[0], "no JSON", Server.TokenKey));
        yield return ("header that is no JSON", Sign(Encode("no JSON"), payload, Server.TokenKey));
        yield return ("two parts", $"{parts[0]}.{parts[1]}");
        yield return ("four parts", $"{token}.x");
        yield return ("nothing", "x");
        yield return ("dots", "..");
        yield return ("no base64", "!.!.!");
        yield return ("long", new string('x', 6_000));
    }

    private static string Sign(string header, string payload, byte[] key) => Sign(header, payload, key, HMACSHA256.HashData);

    private static string Sign(string header, string payload, byte[] key, Func<byte[], byte[], byte[]> hash)
    {
        var body = $"{header}.{Encode(payload)}";
        return $"{body}.{Encode(hash(key, Encoding.ASCII.GetBytes(body)))}";
    }

    private static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Decode(string part) => Encoding.UTF8.GetString(Convert.FromBase64String(
        part.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (part.Length % 4)) % 4)));
}
