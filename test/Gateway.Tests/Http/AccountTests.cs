using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Users;

namespace Orchestrator.Tests;

/// <summary>Accounts over HTTP.</summary>
public sealed class AccountTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task An_account_is_created_and_its_owner_logs_in_everywhere()
    {
        var userName = Names.New();

        var created = await Server.Post("/api/accounts", new { userName, password = Names.Password });
        created.Status.ShouldBe(HttpStatusCode.Created);
        created.Json.Text("userName").ShouldBe(userName);
        created.Text.ShouldNotContain("assword");
        var login = (await Server.Post("/api/tokens", new { userName, password = Names.Password })).Ok().Json;
        login.Text("tokenType").ShouldBe("Bearer");
        login.GetProperty("expiresInSeconds").GetDouble().ShouldBeGreaterThan(0);
        var token = login.Text("token");

        (await Server.Get("/api/accounts/me", token)).Ok().Json.Text("userName").ShouldBe(userName);
        var byToken = await Connect(token);
        var userId = (await byToken.Invoke("Login", new { })).Ok().Body.Text("userId");
        userId.ShouldBe(created.Json.Text("userId"));
        var byPassword = await Connect();
        (await byPassword.Invoke("Login", new { userName, userPassword = Names.Password })).Ok().Body.Text("userId").ShouldBe(userId);
        (await byPassword.Invoke("Logout")).Ok();
        (await byPassword.Invoke("Login", new { userName = userName.ToUpperInvariant(), userPassword = Names.Password })).Ok().Body.Text("userId").ShouldBe(userId);
    }

    [Fact]
    public async Task A_name_is_given_once_however_it_is_spelled()
    {
        var userName = Names.New();
        (await Server.Post("/api/accounts", new { userName, password = Names.Password })).Ok();

        foreach (var same in new[] { userName, $"  {userName} ", userName.ToUpperInvariant() })
        {
            (await Server.Post("/api/accounts", new { userName = same, password = "another password" })).Refused(HttpStatusCode.Conflict, RefusalCode.NameTaken);
        }

        (await Server.Post("/api/tokens", new { userName, password = Names.Password })).Ok();
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_the_name()
    {
        var userName = Names.New();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Server.Post("/api/accounts", new { userName, password = Names.Password })));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(9);
    }

    [Fact]
    public async Task A_repeated_key_gives_the_first_answer_again()
    {
        var userName = Names.New();
        var first = (await Server.Post("/api/accounts", new { userName, password = Names.Password }, key: "k")).Ok();

        var second = await Server.Post("/api/accounts", new { userName, password = Names.Password }, key: "k");

        second.Status.ShouldBe(HttpStatusCode.Created);
        second.Text.ShouldBe(first.Text);
        (await Server.Post("/api/accounts", new { userName, password = Names.Password }, key: "other")).Refused(HttpStatusCode.Conflict, RefusalCode.NameTaken);
        (await Server.Post("/api/accounts", new { userName = Names.New(), password = Names.Password }, key: "k")).Status.ShouldBe(HttpStatusCode.Created);
        (await Server.Post("/api/accounts", new { userName = Names.New(), password = Names.Password }, key: new string('k', 129)))
            .Refused(HttpStatusCode.RequestEntityTooLarge, RefusalCode.LimitReached);
    }

    [Fact]
    public async Task A_password_is_neither_too_short_nor_too_long()
    {
        (await Server.Post("/api/accounts", new { userName = Names.New(), password = "1234567" })).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        (await Server.Post("/api/accounts", new { userName = Names.New(), password = new string('p', 257) }))
            .Refused(HttpStatusCode.RequestEntityTooLarge, RefusalCode.LimitReached);
        (await Server.Post("/api/accounts", new { userName = Names.New(), password = new string('p', 256) })).Ok();
        (await Server.Post("/api/accounts", new { userName = " ", password = Names.Password })).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        (await Server.Post("/api/accounts", new { userName = new string('n', 257), password = Names.Password }))
            .Refused(HttpStatusCode.RequestEntityTooLarge, RefusalCode.LimitReached);
    }

    [Fact]
    public async Task The_password_is_named_as_the_caller_names_it()
    {
        (await Server.Post("/api/accounts", new { userName = Names.New(), password = "short" })).Json.Text("message").ShouldContain("'password'");
        var hub = await Connect();
        (await hub.Invoke("AddUser", new { userName = Names.New(), userPassword = "short" })).Message.ShouldContain("'userPassword'");
    }

    [Theory]
    [InlineData("\u001b[31mred")]
    [InlineData("two\nlines")]
    [InlineData("nothing\0")]
    [InlineData("\u009b31m")]
    [InlineData("turned \u202e round")]
    [InlineData("set apart \u2066")]
    [InlineData("another\u2028line")]
    public async Task An_account_has_a_name_that_can_be_seen_and_a_guest_any(string deceptive)
    {
        var userName = $"{Names.New()} {deceptive}.";
        (await Server.Post("/api/accounts", new { userName, password = Names.Password })).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        var hub = await Connect();
        (await hub.Invoke("AddUser", new { userName, userPassword = Names.Password })).Error.ShouldBe((int)RefusalCode.BadRequest);

        (await hub.Invoke("Login", new { userName })).Ok();
    }

    [Fact]
    public async Task A_wrong_password_and_a_wrong_name_sound_the_same()
    {
        var userName = Names.New();
        (await Server.Post("/api/accounts", new { userName, password = Names.Password })).Ok();

        var wrongPassword = await Server.Post("/api/tokens", new { userName, password = "wrong password" });
        var wrongName = await Server.Post("/api/tokens", new { userName = Names.New(), password = Names.Password });

        wrongPassword.Refused(HttpStatusCode.Unauthorized, RefusalCode.CredentialsInvalid);
        wrongName.Refused(HttpStatusCode.Unauthorized, RefusalCode.CredentialsInvalid);
        wrongName.Text.ShouldBe(wrongPassword.Text);
        var hub = await Connect();
        (await hub.Invoke("Login", new { userName, userPassword = "wrong password" })).Error.ShouldBe(206);
    }

    [Fact]
    public async Task After_failures_even_the_right_password_must_wait()
    {
        var userName = Names.New();
        (await Server.Post("/api/accounts", new { userName, password = Names.Password })).Ok();
        var hub = await Connect();

        // The first wait is a second; on a machine that is slower than that, a right password ends it, and all begins anew.
        await Eventually(async () =>
        {
            (await FailUntilRefused(userName)).Refused(HttpStatusCode.TooManyRequests, RefusalCode.TooManyRequests).Json.GetProperty("retry").GetBoolean().ShouldBeTrue();
            var login = hub.Invoke("Login", new { userName, userPassword = Names.Password });
            var token = await Server.Post("/api/tokens", new { userName, password = Names.Password });
            if ((await login).Error == 0)
            {
                (await hub.Invoke("Logout")).Ok();
                return "a login was let in";
            }

            (await login).Error.ShouldBe(9006);
            return token.Status == HttpStatusCode.TooManyRequests ? null : $"a token was answered with {token.Status}";
        });
        await Eventually(async () => (await Server.Post("/api/tokens", new { userName, password = Names.Password })).Status == HttpStatusCode.OK ? null : "the wait does not end");
    }

    [Fact]
    public async Task Another_password_voids_the_tokens_before_it()
    {
        var userName = Names.New();
        var token = await Server.Register(userName, Names.Password);
        var path = "/api/accounts/me/password";

        (await Server.Ask(HttpMethod.Put, path, new { password = "wrong password", newPassword = "a new password" }, token))
            .Refused(HttpStatusCode.Unauthorized, RefusalCode.CredentialsInvalid);
        (await Server.Ask(HttpMethod.Put, path, new { password = Names.Password, newPassword = "short" }, token)).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        (await Server.Get("/api/accounts/me", token)).Ok();
        (await Server.Ask(HttpMethod.Put, path, new { password = Names.Password, newPassword = "a new password" }, token)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await Server.Get("/api/accounts/me", token)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
        (await Server.Post("/api/tokens", new { userName, password = Names.Password })).Refused(HttpStatusCode.Unauthorized, RefusalCode.CredentialsInvalid);
        var next = (await Server.Post("/api/tokens", new { userName, password = "a new password" })).Ok().Json.Text("token");
        (await Server.Get("/api/accounts/me", next)).Ok();
    }

    [Fact]
    public async Task A_removed_account_is_gone_and_its_name_is_free_for_somebody_else()
    {
        var userName = Names.New();
        var token = await Server.Register(userName, Names.Password);
        var former = (await Server.Get("/api/accounts/me", token)).Ok().Json.Text("userId");

        (await Server.Ask(HttpMethod.Delete, "/api/accounts/me", null, token)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await Server.Get("/api/accounts/me", token)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
        (await Server.Post("/api/tokens", new { userName, password = Names.Password })).Refused(HttpStatusCode.Unauthorized, RefusalCode.CredentialsInvalid);
        var next = await Server.Register(userName, "another password");
        (await Server.Get("/api/accounts/me", next)).Ok().Json.Text("userId").ShouldNotBe(former);
        (await Server.Get("/api/accounts/me", token)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
    }

    [Fact]
    public async Task A_removed_account_takes_its_data_with_it()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        await using var client = await Server.Connect(token);
        var id = (await client.Invoke("Login", new { })).Ok().Body.Text("userId");
        (await client.Invoke("UpdateUserData", new { userDataKey = "hat", userDataValue = 1 })).Ok();
        var data = Server.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserDataGrain>(id);
        (await data.Get()).Data.ShouldNotBeNull();

        (await Server.Ask(HttpMethod.Delete, "/api/accounts/me", null, token)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await data.Get()).Data.ShouldBeNull();
    }

    [Fact]
    public async Task Accounts_outlive_the_server()
    {
        await using var server = await HubServer.Start();
        var token = await server.Register("Ann", Names.Password);
        await server.Stop();
        await server.StartAgain();

        (await server.Get("/api/accounts/me", token)).Ok();
        (await server.Post("/api/tokens", new { userName = "Ann", password = Names.Password })).Ok();
        (await server.Post("/api/accounts", new { userName = "Ann", password = Names.Password })).Refused(HttpStatusCode.Conflict, RefusalCode.NameTaken);
    }

    [Fact]
    public async Task Too_many_account_requests_of_one_address_must_wait()
    {
        await using var server = await HubServer.Start(("Limits:AccountRequestsPerMinute", 3));
        for (var i = 0; i < 3; i++)
        {
            (await server.Post("/api/tokens", new { userName = $"nobody {i}", password = "wrong password" })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await server.Post("/api/tokens", new { userName = "nobody", password = "wrong password" })).Refused(HttpStatusCode.TooManyRequests, RefusalCode.TooManyRequests)
            .Json.GetProperty("retry").GetBoolean().ShouldBeTrue();
        (await server.Get("/api/version")).Ok();
    }

    [Theory]
    [InlineData("Never", 208)]
    [InlineData("Loopback", 0)]
    [InlineData("Always", 0)]
    public async Task Guests_are_let_in_as_the_settings_say(string guests, int error)
    {
        await using var server = await HubServer.Start(("Gateway:Guests", guests));
        await using var client = await server.Connect();

        var reply = await client.Invoke("Login", new { userName = "Guest" });

        reply.Error.ShouldBe(error);
        reply.Message.ShouldNotBeEmpty();
        await using var member = await server.Connect(await server.Register("Ann", Names.Password));
        (await member.Invoke("Login", new { })).Ok();
    }

    /// <summary>Gives the first answer that is not about the wrong password.</summary>
    private async Task<HttpAnswer> FailUntilRefused(string userName)
    {
        HttpAnswer answer;
        var tries = 0;
        do
        {
            answer = await Server.Post("/api/tokens", new { userName, password = "wrong password" });
        }
        while (answer.Status == HttpStatusCode.Unauthorized && ++tries < 20);

        return answer;
    }
}
