using System.Net;
#if !ENGINE_ORLEANS
using Orchestrator.Configuration;
#endif

namespace Orchestrator.Tests;

/// <summary>The dashboard of Microsoft Orleans.</summary>
public sealed class DashboardTests
{
#if ENGINE_ORLEANS
    private static readonly string[] Paths = ["", "/", "/index.min.js", "/DashboardCounters", "/Trace"];

    [Fact]
    public async Task It_is_for_administrators()
    {
        await using var server = await HubServer.Start(("Telemetry:Dashboard", true), ("Admin:User", "root"), ("Admin:Password", Names.Password));
        var ann = await server.Register("Ann", Names.Password);
        foreach (var path in Paths)
        {
            (await server.Get($"/admin/dashboard{path}")).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
            (await server.Get($"/admin/dashboard{path}", ann)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
            (await server.Get($"/admin/dashboard{path}", "no token")).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
        }

        var root = await TokenOf(server);
        (await server.Get("/admin/dashboard/", root)).Ok().Text.ShouldContain("Orleans Dashboard");
        // It collects them from time to time.
        await Eventually(async () =>
        {
            var hosts = (await server.Get("/admin/dashboard/DashboardCounters", root)).Ok().Json.GetProperty("hosts").GetArrayLength();
            return hosts == 1 ? null : $"it shows {hosts} hosts";
        });
        (await server.Get("/openapi/v1.json")).Ok().Text.ShouldNotContain("dashboard");
    }

    [Fact]
    public async Task A_browser_gives_the_token_once_and_it_is_good_for_nothing_else()
    {
        await using var server = await HubServer.Start(("Telemetry:Dashboard", true), ("Admin:User", "root"), ("Admin:Password", Names.Password));
        var root = await TokenOf(server);
        using var handler = new HttpClientHandler();
        using var browser = new HttpClient(handler);

        using var page = await browser.GetAsync(server.Url($"/admin/dashboard?access_token={root}"));

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.RequestMessage!.RequestUri!.ToString().ShouldEndWith("/admin/dashboard/");
        var cookie = handler.CookieContainer.GetAllCookies().Single();
        cookie.HttpOnly.ShouldBeTrue();
        cookie.Path.ShouldBe("/admin/dashboard");
        (await browser.GetStringAsync(server.Url("/admin/dashboard/DashboardCounters"))).ShouldContain("hosts");
        using var dump = new HttpRequestMessage(HttpMethod.Get, server.Url("/api/admin/dump"));
        dump.Headers.Add("Cookie", $"{cookie.Name}={cookie.Value}");
        using var refused = await server.Http.SendAsync(dump);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Who_is_trusted_on_this_machine_needs_no_login()
    {
        await using var server = await HubServer.Start(("Telemetry:Dashboard", true), ("Admin:TrustLoopback", true));

        (await server.Get("/admin/dashboard")).Ok().Text.ShouldContain("Orleans Dashboard");
    }

    [Fact]
    public async Task It_is_not_there_unless_it_is_wanted()
    {
        await using var server = await HubServer.Start(("Admin:TrustLoopback", true));

        (await server.Get("/admin/dashboard")).Refused(HttpStatusCode.NotFound, RefusalCode.NotFound);
    }

    private static async Task<string> TokenOf(HubServer server) =>
        (await server.Post("/api/tokens", new { userName = "root", password = Names.Password })).Ok().Json.Text("token");
#else
    [Fact]
    public async Task The_engine_of_one_process_has_none()
    {
        var refused = await Should.ThrowAsync<ConfigurationException>(HubServer.Start(("Telemetry:Dashboard", true)));

        refused.Message.ShouldContain("Telemetry:Dashboard");
    }

    [Fact]
    public async Task There_is_nothing_at_its_address()
    {
        await using var server = await HubServer.Start(("Admin:TrustLoopback", true));

        (await server.Get("/admin/dashboard")).Refused(HttpStatusCode.NotFound, RefusalCode.NotFound);
    }
#endif
}
