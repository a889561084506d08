using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orchestrator.EndToEnd;

/// <summary>The administrator of the environment, and what it does to a real process.</summary>
public sealed class AdministrationTests
{
    private const int Usage = 1;
    private const int Terminated = 1;
    private const string Password = "correct horse battery";

    private static readonly Dictionary<string, string> Admin = new(StringComparer.Ordinal) { ["ADMIN_USER"] = "root", ["ADMIN_PASSWORD"] = Password };

    [Theory]
    [InlineData("root", null, "ADMIN_PASSWORD")]
    [InlineData(null, Password, "ADMIN_USER")]
    [InlineData("root", "short", "ADMIN_PASSWORD")]
    public async Task Half_an_administrator_or_a_short_password_is_refused_with_a_sentence(string? user, string? password, string named)
    {
        using var directory = new TemporaryDirectory();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ADMIN_USER"] = user ?? "", ["ADMIN_PASSWORD"] = password ?? "" };
        await using var process = OrchestratorProcess.Launch(["--urls", "http://127.0.0.1:0", "--data", directory.Path], environment);

        (await process.WaitForExit()).ShouldBe(Usage);
        process.Errors.ShouldContain(named);
        process.Errors.ShouldNotContain("   at ");
        process.Errors.ShouldNotContain(Password);
    }

    [Fact]
    public async Task An_administrator_ends_the_process_in_good_order_with_a_code_that_has_it_started_again()
    {
        using var directory = new TemporaryDirectory();
        await using (var process = await OrchestratorProcess.Start(directory.Path, Admin))
        {
            using var http = await LogIn(process);
            (await http.PostAsync("/api/admin/terminate", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

            (await process.WaitForExit()).ShouldBe(Terminated);
            process.Errors.Trim().ShouldBeEmpty();
            process.Output.ShouldContain("Orchestrator.Audit");
            process.Output.ShouldNotContain(Password);
            process.Output.ShouldNotContain("fail:");
        }

        await using var again = await OrchestratorProcess.Start(directory.Path, Admin);
        using var next = await LogIn(again);
        var audit = await next.GetFromJsonAsync<JsonElement>("/api/admin/audit");
        audit[audit.GetArrayLength() - 1].GetProperty("action").GetString().ShouldBe("TerminateOrchestrator");
        again.Interrupt();
        (await again.WaitForExit()).ShouldBe(0);
    }

    [Fact]
    public async Task An_account_that_was_there_becomes_the_administrator_and_a_reset_leaves_the_process_and_its_accounts()
    {
        using var directory = new TemporaryDirectory();
        await using (var process = await OrchestratorProcess.Start(directory.Path))
        {
            using var http = new HttpClient { BaseAddress = process.Address };
            (await http.PostAsJsonAsync("/api/accounts", new { userName = "root", password = "what it was before" })).EnsureSuccessStatusCode();
            process.Terminate();
            (await process.WaitForExit()).ShouldBe(0);
        }

        await using var administered = await OrchestratorProcess.Start(directory.Path, Admin);
        using var root = await LogIn(administered);
        (await root.GetFromJsonAsync<JsonElement>("/api/accounts/me")).GetProperty("userAdmin").GetBoolean().ShouldBeTrue();
        var before = await root.GetFromJsonAsync<JsonElement>("/api/admin/dump");
        (await root.PostAsync("/api/admin/reset", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await root.GetFromJsonAsync<JsonElement>("/api/admin/dump")).GetProperty("id").GetString().ShouldBe(before.GetProperty("id").GetString());
        (await root.GetAsync("/api/accounts/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        administered.Output.ShouldNotContain("fail:");
    }

    private static async Task<HttpClient> LogIn(OrchestratorProcess process)
    {
        var http = new HttpClient { BaseAddress = process.Address };
        using var answered = await http.PostAsJsonAsync("/api/tokens", new { userName = "root", password = Password });
        answered.EnsureSuccessStatusCode();
        var token = (await answered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
