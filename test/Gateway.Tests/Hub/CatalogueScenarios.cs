namespace Orchestrator.Tests;

/// <summary>The catalogue of scenarios, and sessions made of it.</summary>
public abstract class CatalogueScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task What_one_adds_all_can_list_and_read()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var id = NewId();

        (await ann.Client.Call("AddScenario", Chess(id))).Ok();

        (await ben.Client.Call("GetScenarios")).Ok().Body.GetProperty(id).Text("scenarioName").ShouldBe("Chess");
        var info = (await ben.Client.Call("GetScenarioInfo", new { scenarioId = id })).Ok().Body;
        info.GetProperty("scenarioRooms")[0].Text("roomName").ShouldBe("Table");
        info.GetProperty("scenarioEvents")[0].GetProperty("data").GetProperty("opening").GetInt32().ShouldBe(1);
        info.GetProperty("scenarioGltf").GetArrayLength().ShouldBe(2);
        (await ben.Client.Call("GetScenarioInfo", new { scenarioId = "no such" })).Error.ShouldBe(9008);
    }

    [Fact]
    public async Task An_equal_one_is_taken_from_anybody_another_one_and_the_removal_from_the_owner_only()
    {
        Need(WireFeatures.OwnCommands);
        var ann = await EnterWithAccount();
        var ben = await EnterWithAccount();
        var id = NewId();
        (await ann.Client.Call("AddScenario", Chess(id))).Ok();

        (await ben.Client.Call("AddScenario", Chess(id))).Ok();
        (await ben.Client.Call("AddScenario", Chess(id, "Ben's"))).Error.ShouldBe(801);
        (await ben.Client.Call("RemoveScenario", new { scenarioId = id })).Error.ShouldBe(801);
        (await ann.Client.Call("AddScenario", Chess(id, "Ann's"))).Ok();
        (await ben.Client.Call("GetScenarioInfo", new { scenarioId = id })).Ok().Body.Text("scenarioName").ShouldBe("Ann's");
        (await ann.Client.Call("RemoveScenario", new { scenarioId = id })).Ok();
        (await ann.Client.Call("RemoveScenario", new { scenarioId = id })).Error.ShouldBe(9008);
    }

    [Fact]
    public async Task What_a_guest_adds_anybody_replaces_and_removes()
    {
        Need(WireFeatures.OwnCommands);
        var ann = await Enter("Ann");
        var id = NewId();
        (await ann.Client.Call("AddScenario", Chess(id))).Ok();
        (await ann.Client.Logout()).Ok();

        var ben = await Enter("Ben");
        (await ben.Client.Call("AddScenario", Chess(id, "Ben's"))).Ok();
        var eve = await EnterWithAccount();
        (await eve.Client.Call("RemoveScenario", new { scenarioId = id })).Ok();
        (await ben.Client.Call("GetScenarioInfo", new { scenarioId = id })).Error.ShouldBe(9008);
    }

    [Fact]
    public async Task A_session_of_the_catalogue_owns_a_copy()
    {
        var ann = await Enter("Ann");
        var id = NewId();
        (await ann.Client.Call("AddScenario", Chess(id))).Ok();

        var session = (await ann.Client.Call("AddSession", new { sessionName = "n", scenarioId = id })).Ok().Body;
        session.Text("scenarioId").ShouldBe(Has(WireFeatures.NamesScenarios) ? id : session.Text("sessionId"));
        (await ann.Client.Call("AddScenario", Chess(id, "Another one"))).Ok();

        var instance = (await ann.Client.Call("GetScenarioInstanceInfo", new { scenarioId = session.Text("sessionId") })).Ok().Body;
        instance.Text("scenarioRefId").ShouldBe(id);
        instance.Text("sessionId").ShouldBe(session.Text("sessionId"));
        instance.Text("scenarioName").ShouldBe("Chess");
        instance.GetProperty("scenarioRooms")[0].Text("roomId").ShouldBe("table");
        instance.GetProperty("eventCount").GetInt32().ShouldBe(1);
        instance.Text("scenarioState").ShouldBe("stopped");
    }

    [Fact]
    public async Task A_definition_with_a_name_alone_gets_the_rest_from_the_catalogue()
    {
        var ann = await Enter("Ann");
        var id = NewId();
        (await ann.Client.Call("AddScenario", Chess(id))).Ok();

        (await ann.Client.Call("AddSession", new { sessionName = "n", scenarioDefinition = new { scenarioId = id, scenarioName = "Blitz" } })).Ok();

        var instance = (await ann.Client.Call("GetScenarioInstanceInfo", new { })).Ok().Body;
        instance.Text("scenarioName").ShouldBe("Blitz");
        instance.TryGetProperty("scenarioDescription", out _).ShouldBeFalse();
        instance.GetProperty("scenarioRooms").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_definition_with_rooms_or_events_is_taken_as_it_is()
    {
        var ann = await Enter("Ann");
        var id = NewId();
        (await ann.Client.Call("AddScenario", Chess(id))).Ok();

        (await ann.Client.Call("AddSession", new { sessionName = "n", scenarioDefinition = new { scenarioId = id, scenarioRooms = Array.Empty<object>() } })).Ok();

        var instance = (await ann.Client.Call("GetScenarioInstanceInfo", new { })).Ok().Body;
        instance.GetProperty("scenarioRooms").GetArrayLength().ShouldBe(0);
        instance.GetProperty("eventCount").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_fault_is_answered_with_its_path()
    {
        var ann = await Enter("Ann");
        var rooms = new object[] { new { roomId = "a", roomName = "A" }, new { roomId = "b", roomName = "B" }, new { roomId = "c", roomName = "" } };

        var added = await ann.Client.Call("AddScenario", new { scenarioId = "s", scenarioRooms = rooms });
        added.Error.ShouldBe(207);
        added.Message.ShouldBe("The room has no name at $.scenarioRooms[2].roomName.");
        var session = await ann.Client.Call("AddSession", new { sessionName = "n", scenarioDefinition = new { scenarioId = "s", scenarioRooms = rooms } });
        session.Message.ShouldBe("The room has no name at $.scenarioDefinition.scenarioRooms[2].roomName.");
        (await ann.Client.Call("AddSession", new { sessionName = "n" })).Error.ShouldBe(207);
        (await ann.Client.Call("AddSession", new { sessionName = "n", scenarioId = "no such" })).Error.ShouldBe(9008);
        (await ann.Client.GetSessionInfo()).Error.ShouldBe(700);
    }

    private async Task<Person> EnterWithAccount()
    {
        var (client, name) = (await Connect(), Names.New());
        (await client.Call("AddUser", new { userName = name, userPassword = Names.Password })).Ok();
        return new Person(client, await client.Login(name, Names.Password));
    }

    private static string NewId() => $"chess {Guid.CreateVersion7()}";

    private static object Chess(string scenarioId, string scenarioName = "Chess") => new
    {
        scenarioId,
        scenarioName,
        scenarioDescription = "A table for two",
        scenarioRooms = new[] { new { roomId = "table", roomName = "Table", roomCapacity = 2 } },
        scenarioEvents = new[] { new { at = 100, eventId = "clock", data = new { opening = 1 } } },
        scenarioGltf = new[] { 1, 2 },
    };
}
