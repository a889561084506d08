using System.Net;

namespace Orchestrator.Tests;

/// <summary>The catalogue over HTTP.</summary>
public sealed class ScenarioTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task Scenarios_are_put_read_and_deleted_by_account()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        var other = await Server.Register(Names.New(), Names.Password);
        var id = $"s-{Guid.CreateVersion7()}";
        var path = $"/api/scenarios/{id}";
        var play = new { scenarioId = id, scenarioName = "First", scenarioRooms = new[] { new { roomId = "r", roomName = "R" } } };

        (await Server.Ask(HttpMethod.Put, path, play, token)).Ok();
        (await Server.Get(path, other)).Ok().Json.Text("scenarioName").ShouldBe("First");
        (await Server.Get("/api/scenarios", other)).Ok().Json.GetProperty(id).Text("scenarioName").ShouldBe("First");
        (await Server.Ask(HttpMethod.Put, path, play, other)).Ok();
        (await Server.Ask(HttpMethod.Put, path, new { scenarioId = id }, other)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
        (await Server.Ask(HttpMethod.Delete, path, null, other)).Refused(HttpStatusCode.Forbidden, RefusalCode.NotAllowed);
        (await Server.Ask(HttpMethod.Delete, path, null, token)).Ok();
        (await Server.Get(path, token)).Refused(HttpStatusCode.NotFound, RefusalCode.ScenarioNotFound);
        (await Server.Ask(HttpMethod.Delete, path, null, token)).Refused(HttpStatusCode.NotFound, RefusalCode.ScenarioNotFound);
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_not_done_again()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        var id = $"s-{Guid.CreateVersion7()}";
        (await Server.Ask(HttpMethod.Put, $"/api/scenarios/{id}", new { scenarioId = id, scenarioName = "First" }, token, "k")).Ok();
        (await Server.Ask(HttpMethod.Put, $"/api/scenarios/{id}", new { scenarioId = id, scenarioName = "Second" }, token)).Ok();

        (await Server.Ask(HttpMethod.Put, $"/api/scenarios/{id}", new { scenarioId = id, scenarioName = "First" }, token, "k")).Ok();

        (await Server.Get($"/api/scenarios/{id}", token)).Ok().Json.Text("scenarioName").ShouldBe("Second");
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_its_path_and_without_a_token_everything_is()
    {
        var token = await Server.Register(Names.New(), Names.Password);
        var named = await Server.Ask(HttpMethod.Put, "/api/scenarios/s", new { scenarioId = "t" }, token);
        named.Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest).Json.Text("message").ShouldContain("$.scenarioId");
        var room = await Server.Ask(HttpMethod.Put, "/api/scenarios/s", """{"scenarioId":"s","scenarioRooms":[{"roomId":"r","roomName":""}]}""", token);
        room.Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest).Json.Text("message").ShouldContain("$.scenarioRooms[0].roomName");
        var deep = await Server.Ask(HttpMethod.Put, "/api/scenarios/s", $$"""{"scenarioId":"s","scenarioGltf":{{new string('[', 33)}}{{new string(']', 33)}}}""", token);
        deep.Refused(HttpStatusCode.RequestEntityTooLarge, RefusalCode.LimitReached).Json.Text("message").ShouldContain("$.scenarioGltf");
        (await Server.Ask(HttpMethod.Put, "/api/scenarios/s", "{}", token)).Refused(HttpStatusCode.BadRequest, RefusalCode.BadRequest);
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/api/scenarios"), (HttpMethod.Get, "/api/scenarios/s"), (HttpMethod.Put, "/api/scenarios/s"), (HttpMethod.Delete, "/api/scenarios/s") })
        {
            (await Server.Ask(method, path, method == HttpMethod.Put ? "{}" : null)).Refused(HttpStatusCode.Unauthorized, RefusalCode.NotLoggedIn);
        }
    }
}
