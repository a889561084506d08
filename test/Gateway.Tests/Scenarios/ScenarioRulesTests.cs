using System.Text.Json;
using Orchestrator.Scenarios;

namespace Orchestrator.Tests;

/// <summary>What a definition must keep, and where its fault is.</summary>
public sealed class ScenarioRulesTests
{
    private static readonly Limits Small = new()
    {
        RoomsPerScenarioMax = 3,
        EventsPerScenarioMax = 3,
        NameLengthMax = 10,
        DescriptionLengthMax = 20,
        ScenarioBytesMax = 1_024,
        ScenarioDepthMax = 3,
        ScenarioDaysMax = 1,
    };

    [Theory]
    [InlineData("""{"scenarioId":""}""", 207, "$.scenarioId")]
    [InlineData("""{"scenarioId":" "}""", 207, "$.scenarioId")]
    [InlineData("""{"scenarioId":"12345678901"}""", 9003, "$.scenarioId")]
    [InlineData("""{"scenarioId":"s","scenarioName":"12345678901"}""", 9003, "$.scenarioName")]
    [InlineData("""{"scenarioId":"s","scenarioDescription":"123456789012345678901"}""", 9003, "$.scenarioDescription")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[null]}""", 207, "$.scenarioRooms[0]")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A"},{"roomId":"","roomName":"B"}]}""", 207, "$.scenarioRooms[1].roomId")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A"},{"roomId":"a","roomName":"B"}]}""", 207, "$.scenarioRooms[1].roomId")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A"},{"roomId":"b","roomName":"B"},{"roomId":"c","roomName":" "}]}""", 207, "$.scenarioRooms[2].roomName")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"12345678901"}]}""", 9003, "$.scenarioRooms[0].roomName")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A","roomDescription":"123456789012345678901"}]}""", 9003, "$.scenarioRooms[0].roomDescription")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A","roomCapacity":-1}]}""", 207, "$.scenarioRooms[0].roomCapacity")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A"},{"roomId":"b","roomName":"A"},{"roomId":"c","roomName":"A"},{"roomId":"d","roomName":"A"}]}""", 9003, "$.scenarioRooms")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[null]}""", 207, "$.scenarioEvents[0]")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":"e"},{"at":-1,"eventId":"e"}]}""", 207, "$.scenarioEvents[1].at")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":86400000,"eventId":"e"}]}""", 207, "$.scenarioEvents[0].at")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":""}]}""", 207, "$.scenarioEvents[0].eventId")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":"e","to":""}]}""", 207, "$.scenarioEvents[0].to")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":"e","to":"two words"}]}""", 207, "$.scenarioEvents[0].to")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":"e"},{"at":0,"eventId":"e"},{"at":0,"eventId":"e"},{"at":0,"eventId":"e"}]}""", 9003, "$.scenarioEvents")]
    [InlineData("""{"scenarioId":"s","scenarioGltf":[{"a":[[]]}]}""", 9003, "$.scenarioGltf")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":"e","data":1},{"at":0,"eventId":"e","data":[[[[]]]]}]}""", 9003, "$.scenarioEvents[1].data")]
    public void A_fault_is_named_with_its_path(string json, int code, string path)
    {
        var refusal = Should.Throw<Refusal>(() => ScenarioRules.Demand(Read(json), "$", Small));

        ((int)refusal.Code).ShouldBe(code, refusal.Message);
        refusal.Message.ShouldEndWith($" at {path}.");
        Should.Throw<Refusal>(() => ScenarioRules.Demand(Read(json), "$.scenarioDefinition", Small)).Message.ShouldEndWith($" at $.scenarioDefinition{path[1..]}.");
    }

    [Fact]
    public void What_is_too_large_is_refused_with_its_size()
    {
        var large = new ScenarioDefinition("s", ScenarioGltf: Payload.Of($"\"{new string('x', 1_100)}\""));
        var refusal = Should.Throw<Refusal>(() => ScenarioRules.Demand(large, "$", Small));
        refusal.Code.ShouldBe(RefusalCode.LimitReached);
        refusal.Message.ShouldContain(large.CountBytes().ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("""{"scenarioId":"s"}""")]
    [InlineData("""{"scenarioId":"s","scenarioName":"","scenarioRooms":[],"scenarioEvents":[]}""")]
    [InlineData("""{"scenarioId":"s","scenarioRooms":[{"roomId":"a","roomName":"A","roomCapacity":0}],"scenarioEvents":[{"at":86399999,"eventId":"e","to":"a-user"},{"at":0,"eventId":"e","to":"master"}]}""")]
    [InlineData("""{"scenarioId":"s","scenarioEvents":[{"at":0,"eventId":"e","data":{"a":[[],{}],"b":[1]}}],"scenarioGltf":[[[]],[[1]]]}""")]
    public void What_is_right_passes(string json) => ScenarioRules.Demand(Read(json), "$", Small);

    [Fact]
    public void The_samples_are_right()
    {
        var files = Directory.GetFiles(Repository.Find("samples/scenarios"), "*.json");
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            var sample = Read(File.ReadAllText(file));
            ScenarioRules.Demand(sample, "$", new Limits());
            sample.ScenarioRooms!.Value.Length.ShouldBe(3, file);
            sample.ScenarioEvents!.Value.Length.ShouldBeGreaterThan(11, file);
            sample.ScenarioEvents.Value.ShouldContain(e => e.To == "master", file);
        }
    }

    private static ScenarioDefinition Read(string json) => JsonSerializer.Deserialize<ScenarioDefinition>(json, Json.Wire)!;
}
