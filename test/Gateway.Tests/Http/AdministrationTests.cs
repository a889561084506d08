using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.Security;

namespace Orchestrator.Tests;

/// <summary>Administration over HTTP, and what the configuration says of it.</summary>
public sealed class AdministrationTests : IAsyncLifetime
{
    private static readonly (HttpMethod Method, string Path, object? Body)[] Administrators =
    [
        (HttpMethod.Get, "/api/admin/dump", null), (HttpMethod.Get, "/api/admin/audit", null), (HttpMethod.Put, "/api/accounts/root/role", new { userAdmin = false }),
        (HttpMethod.Post, "/api/admin/reset", null), (HttpMethod.Post, "/api/admin/terminate", null),
    ];

    private HubServer _server = null!;
    private string _root = "";

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.Start(("Admin:User", "root"), ("Admin:Password", Names.Password));
        _root = await TokenOf("root");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_stranger_gets_401_a_user_403_and_the_log_a_line()
    {
        var ann = await _server.Register("Ann", Names.Password);
        var audit = (await _server.Get("/api/admin/audit", _root)).Ok().Text;
        foreach (var (method, path, body) in Administrators)
        {
            (await _server.Ask(method, path, body)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
            (await _server.Ask(method, path, body, ann)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
        }

        (await _server.Get("/api/admin/audit", _root)).Ok().Text.ShouldBe(audit);
        (await _server.Get("/api/accounts/me", _root)).Ok().Json.GetProperty("userAdmin").GetBoolean().ShouldBeTrue();
        var lines = _server.Log.Lines.Where(l => l.Category == Audit.Category && l.Level == LogLevel.Information).Select(l => l.Text).ToArray();
        lines.Count(l => l.EndsWith("notLoggedIn", StringComparison.Ordinal)).ShouldBe(Administrators.Length);
        lines.Count(l => l.EndsWith("notAllowed", StringComparison.Ordinal) && l.Contains("Ann", StringComparison.Ordinal) && l.Contains("127.0.0.1", StringComparison.Ordinal)).ShouldBe(Administrators.Length);
    }

    [Fact]
    public async Task The_audit_says_who_did_what_to_whom_from_where_and_what_came_of_it_and_outlives_the_server()
    {
        var ann = await _server.Register("Ann", Names.Password);
        (await Role("Ann", true)).Ok();
        (await Role("Ann", false)).Ok();
        (await Role("root", false)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
        (await Role("Nobody", true)).Refused(HttpStatusCode.NotFound, RefusalCode.UserNotFound);
        (await _server.Ask(HttpMethod.Delete, "/api/accounts/me", null, ann)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.Ask(HttpMethod.Post, "/api/admin/reset", null, _root)).Status.ShouldBe(HttpStatusCode.NoContent);
        await _server.Stop();
        await _server.StartAgain();

        var entries = (await _server.Get("/api/admin/audit", _root)).Ok().Json.EnumerateArray().ToArray();

        entries.Select(e => $"{e.Text("action")} {e.Text("result")}").ShouldBe(
            ["ChangeRole ok", "ChangeRole ok", "ChangeRole notAllowed", "ChangeRole userNotFound", "DeleteUser ok", "ResetOrchestrator ok"]);
        entries[0].Text("target").ShouldBe("Ann: Administrator");
        entries[0].Text("userName").ShouldBe("root");
        entries[0].Text("address").ShouldBe("127.0.0.1");
        entries[4].Text("userName").ShouldBe("Ann");
        entries[5].TryGetProperty("at", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_role_counts_for_tokens_at_once_and_for_a_standing_connection_when_it_comes_back()
    {
        var ann = await _server.Register("Ann", Names.Password);
        await using var client = await _server.Connect();
        var login = (await client.Invoke("Login", new { userName = "Ann", userPassword = Names.Password })).Ok().Body;
        (await _server.Get("/api/admin/dump", ann)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);

        (await Role("Ann", true)).Ok().Json.GetProperty("userAdmin").GetBoolean().ShouldBeTrue();

        (await _server.Get("/api/admin/dump", ann)).Ok();
        (await client.Invoke("DumpData")).Error.ShouldBe(801, "what it gets counts from the next connection on");
        await using var promoted = await _server.Connect();
        var (again, _) = await Guest.Resume(promoted, login.Text("resumeToken"), null);
        (await again.Invoke("DumpData")).Ok();

        (await Role("Ann", false)).Ok();

        (await promoted.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4504);
        await promoted.Over;
        (await _server.Get("/api/admin/dump", ann)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
        await using var demoted = await _server.Connect();
        var (once, _) = await Guest.Resume(demoted, again.Token, null);
        (await once.Invoke("DumpData")).Error.ShouldBe(801);
        await using var byToken = await _server.Connect(ann);
        (await byToken.Invoke("Login", new { })).Ok();
        (await byToken.Invoke("ResetOrchestrator")).Error.ShouldBe(801);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_of_somebody_else_makes_nobody_an_administrator(bool isTrusted)
    {
        await using var server = await HubServer.Start(("Admin:User", "root"), ("Admin:Password", Names.Password), ("Admin:TrustLoopback", isTrusted));
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(AccountName.Normalise("Ben"))
            .Register(new RegisterAccount("Ben", "a stranger's", "1"));
        await using var administrator = await server.Connect();
        if (!isTrusted)
        {
            (await administrator.Invoke("Login", new { userName = "root", userPassword = Names.Password })).Ok();
        }

        (await administrator.Invoke("AddUser", new { userName = "Ben", userPassword = Names.Password, userAdmin = true, key = "1" })).Error.ShouldBe(205);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_loses_the_role_while_logging_in_does_not_keep_it(bool isRemoved)
    {
        using var hasher = new PausingHasher();
        await using var slow = await HubServer.StartWith(
            services => services.AddSingleton<IPasswordHasher<AccountRecord>>(hasher), ("Admin:User", "root"), ("Admin:Password", Names.Password));
        var root = (await slow.Post("/api/tokens", new { userName = "root", password = Names.Password })).Ok().Json.Text("token");
        var ann = (await slow.Post("/api/accounts", new { userName = "Ann", password = Names.Password })).Ok().Json.Text("userId");
        (await slow.Ask(HttpMethod.Put, "/api/accounts/Ann/role", new { userAdmin = true }, root)).Ok();
        await using var administrator = await slow.Connect(root);
        (await administrator.Invoke("Login", new { })).Ok();
        await using var client = await slow.Connect();
        var comparing = hasher.Pause();
        var login = client.Invoke("Login", new { userName = "Ann", userPassword = Names.Password });
        await comparing.WaitAsync(TimeSpan.FromSeconds(15));

        if (isRemoved)
        {
            (await administrator.Invoke("DeleteUser", new { userId = ann })).Ok();
        }
        else
        {
            (await slow.Ask(HttpMethod.Put, "/api/accounts/Ann/role", new { userAdmin = false }, root)).Ok();
        }

        hasher.GoOn();
        (await login).Error.ShouldBe(206);
        (await client.Invoke("DumpData")).Error.ShouldBe(204);
    }

    [Fact]
    public async Task A_demotion_that_was_not_answered_is_carried_out_by_repeating_it_and_closes_nobody_without_the_role()
    {
        var ann = await _server.Register("Ann", Names.Password);
        await using var user = await _server.Connect(ann);
        (await user.Invoke("Login", new { })).Ok();
        (await Role("Ann", true)).Ok();
        await using var administrator = await _server.Connect(ann);
        (await administrator.Invoke("Login", new { })).Ok();
        // As when the answer is lost: it is written, and nobody is told.
        await _server.Services.GetRequiredService<IGrainFactory>().GetGrain<IAdministratorsGrain>(IAdministratorsGrain.Key)
            .ChangeRole(new ChangeRole(AccountName.Normalise("Ann"), Users.Role.User));
        (await administrator.Invoke("DumpData")).Ok();

        (await Role("Ann", false)).Ok();

        (await administrator.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4504);
        (await user.Invoke("GetUsers")).Ok();
    }

    [Fact]
    public async Task Reading_the_dump_leaves_the_audit()
    {
        (await _server.Ask(HttpMethod.Post, "/api/admin/reset", null, _root)).Ok();
        var audit = (await _server.Get("/api/admin/audit", _root)).Ok().Text;

        (await _server.Get("/api/admin/dump", _root)).Ok();

        (await _server.Get("/api/admin/audit", _root)).Ok().Text.ShouldBe(audit);
        _server.Log.Lines.ShouldContain(l => l.Category == Audit.Category && l.Text.StartsWith("DumpData", StringComparison.Ordinal) && l.Text.EndsWith("ok", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removing_an_account_closes_its_connections_and_the_last_administrators_stays()
    {
        var ann = await _server.Register("Ann", Names.Password);
        await using var client = await _server.Connect(ann);
        (await client.Invoke("Login", new { })).Ok();

        (await _server.Ask(HttpMethod.Delete, "/api/accounts/me", null, ann)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4004);
        await client.Over;
        (await _server.Ask(HttpMethod.Delete, "/api/accounts/me", null, _root)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
        (await _server.Get("/api/accounts/me", _root)).Ok();
    }

    [Fact]
    public async Task The_configured_administrator_has_its_role_and_password_after_each_start_and_its_tokens_live_on()
    {
        (await _server.Get("/api/accounts/me", _root)).Ok();
        (await _server.Ask(HttpMethod.Post, "/api/admin/reset", null, _root)).Ok();
        await _server.Stop();
        await _server.StartAgain();
        (await _server.Get("/api/accounts/me", _root)).Ok();

        (await _server.Ask(HttpMethod.Put, "/api/accounts/me/password", new { password = Names.Password, newPassword = "another password" }, _root)).Ok();
        await _server.Stop();
        await _server.StartAgain();

        (await _server.Post("/api/tokens", new { userName = "root", password = "another password" })).Refused(HttpStatusCode.Unauthorized, RefusalCode.CredentialsInvalid);
        (await _server.Get("/api/admin/dump", await TokenOf("root"))).Ok();
    }

    [Fact]
    public async Task A_trusted_loopback_administers_without_a_login_and_nobody_else_does()
    {
        await using var trusting = await HubServer.Start(("Admin:TrustLoopback", true));
        (await trusting.Get("/api/admin/dump")).Ok();
        await using var client = await trusting.Connect();
        (await client.Invoke("DumpData")).Ok();
        (await client.Invoke("AddUser", new { userName = "Ann", userPassword = Names.Password, userAdmin = true })).Ok();
        (await client.Invoke("GetSessions")).Error.ShouldBe(204);
        (await client.Invoke("ResetOrchestrator")).Ok();
        (await client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4503);
        await using var distrusted = await _server.Connect();
        (await distrusted.Invoke("DumpData")).Error.ShouldBe(204);
    }

    [Fact]
    public async Task The_description_says_which_routes_need_a_token()
    {
        var paths = (await _server.Get("/openapi/v1.json")).Ok().Json.GetProperty("paths");
        paths.GetProperty("/api/admin/dump").GetProperty("get").TryGetProperty("security", out _).ShouldBeTrue();
        paths.GetProperty("/api/accounts/{userName}/role").GetProperty("put").TryGetProperty("security", out _).ShouldBeTrue();
        paths.GetProperty("/api/version").GetProperty("get").TryGetProperty("security", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_revision_is_the_commit_that_was_built()
    {
        var version = (await _server.Get("/api/version")).Ok().Json;
        version.Text("orchestratorVersion").ShouldMatch(@"^\d+\.\d+\.\d+$");
        version.Text("revision").ShouldMatch("^([0-9a-f]{40}|unknown)$");
    }

    private Task<HttpAnswer> Role(string userName, bool userAdmin) => _server.Ask(HttpMethod.Put, $"/api/accounts/{userName}/role", new { userAdmin }, _root);

    private async Task<string> TokenOf(string userName) =>
        (await _server.Post("/api/tokens", new { userName, password = Names.Password })).Ok().Json.Text("token");

    /// <summary>Compares a password when it is let, so that something happens before.</summary>
    private sealed class PausingHasher : IPasswordHasher<AccountRecord>, IDisposable
    {
        private readonly PasswordHasher<AccountRecord> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 }));
        private readonly TaskCompletionSource _comparing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _mayCompare = new(true);

        /// <summary>Ends when the next comparison has begun, which ends after <see cref="GoOn"/>.</summary>
        public Task Pause()
        {
            _mayCompare.Reset();
            return _comparing.Task;
        }

        public void GoOn() => _mayCompare.Set();

        public string HashPassword(AccountRecord user, string password) => _hasher.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(AccountRecord user, string hashedPassword, string providedPassword)
        {
            if (!_mayCompare.IsSet)
            {
                _comparing.TrySetResult();
                _mayCompare.Wait();
            }

            return _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }

        public void Dispose()
        {
            _mayCompare.Set();
            _mayCompare.Dispose();
        }
    }
}
