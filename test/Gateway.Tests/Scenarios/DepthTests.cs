namespace Orchestrator.Tests;

/// <summary>What nests deep in a scenario comes back from the store, or never gets there.</summary>
public sealed class DepthTests
{
    [Fact]
    public async Task No_guest_can_make_the_catalogue_unreadable()
    {
        await using var server = await HubServer.Start();
        await using (var ann = await server.Connect())
        {
            (await ann.Invoke("Login", new { userName = "Ann" })).Ok();
            (await Add(ann, 32)).Ok();
            // The deepest that the wire itself takes.
            (await Add(ann, 60)).Error.ShouldBe(9003);
            var opened = await ann.InvokeRaw(
                "s", $$$"""{"type":1,"invocationId":"s","target":"AddSession","arguments":[{"sessionName":"n","scenarioDefinition":{"scenarioId":"x","scenarioGltf":{{{Nested(33)}}}}}]}""");
            opened.Error.ShouldBe(9003);
            opened.Message.ShouldEndWith(" at $.scenarioDefinition.scenarioGltf.");
        }

        await server.Stop();
        await server.StartAgain();

        await using var ben = await server.Connect();
        (await ben.Invoke("Login", new { userName = "Ben" })).Ok();
        (await ben.Invoke("GetScenarios")).Ok().Body.EnumerateObject().Select(s => s.Name).ShouldBe(["deep 32"]);
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static Task<HubReply> Add(HubClient client, int depth) => client.InvokeRaw(
        $"{depth}", $$"""{"type":1,"invocationId":"{{depth}}","target":"AddScenario","arguments":[{"scenarioId":"deep {{depth}}","scenarioGltf":{{Nested(depth)}}}]}""");
}
