using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Orchestrator.Testing;
using static Orchestrator.Testing.Polling;

namespace Orchestrator.Storage.Postgres;

/// <summary>The whole orchestrator, with nothing on its own disk.</summary>
public sealed class OrchestratorTests(PostgresFixture postgres)
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Accounts_tokens_sessions_and_seats_outlive_the_server()
    {
        await using var server = await HubServer.Start(("Storage:Postgres", await postgres.CreateDatabaseAsync()));
        var token = await server.Register("Ann", Password);
        await using var first = await server.Connect();
        var login = (await first.Invoke("Login", new { userName = "Ann", userPassword = Password })).Ok();
        var session = (await first.Invoke("AddSession", new { sessionName = "kept", scenarioDefinition = new { scenarioId = "stage" } })).Ok().Body.Text("sessionId");

        await server.Stop();
        await server.StartAgain();

        (await StatusAsync(server, token)).ShouldBe(HttpStatusCode.OK, "the key that signed it is in the database");
        await using var second = await server.Connect();
        var back = (await second.Invoke("Resume", new { token = login.Body.Text("resumeToken"), at = first.LastPlace })).Ok();
        back.Body.GetProperty("session").Text("sessionName").ShouldBe("kept");
        (await second.Invoke("GetSessions")).Ok().Body.TryGetProperty(session, out _).ShouldBeTrue();
        (await second.Invoke("SendMessageToAll", new { message = "after" })).Ok();
    }

    [Fact]
    public async Task A_session_goes_on_without_the_database_and_accounts_come_back_with_it()
    {
        await using var postgresOfItsOwn = await PostgresServer.StartAsync();
        await using var server = await HubServer.Start(
            ("Storage:Postgres", await postgresOfItsOwn.CreateDatabaseAsync()), ("Storage:WriteTimeout", "00:00:01"), ("Storage:ReadTimeout", "00:00:01"));
        await using var client = await server.Connect();
        (await client.Invoke("Login", new { userName = "Guest" })).Ok();
        (await client.Invoke("AddSession", new { sessionName = "alive", scenarioDefinition = new { scenarioId = "stage" } })).Ok();

        await postgresOfItsOwn.StopAsync();

        await HealthIsAsync(server, "Degraded");
        (await client.Invoke("SendMessageToAll", new { message = "still here" })).Ok();
        using (var refused = await server.Http.PostAsJsonAsync(server.Url("/api/accounts"), new { userName = "Ben", password = Password }))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        await postgresOfItsOwn.StartAgainAsync();
        await HealthIsAsync(server, "Healthy");
        await server.Register("Ben", Password);
        (await client.Invoke("SendMessageToAll", new { message = "and still" })).Ok();
        // That the store had failed was logged, as it should be.
        Should.Throw<InvalidOperationException>(server.DemandNoErrors).Message.ShouldContain("Writing failed");
    }

    private static Task HealthIsAsync(HubServer server, string wanted) => Eventually(async () =>
        await server.Http.GetStringAsync(server.Url("/health/ready")) is var health && health == wanted ? null : $"it says {health}");

    private static async Task<HttpStatusCode> StatusAsync(HubServer server, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url("/api/accounts/me"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Http.SendAsync(request);
        return response.StatusCode;
    }
}
