namespace Orchestrator.Tests;

/// <summary>What members send to each other.</summary>
public abstract class TrafficScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task The_five_scene_event_calls_reach_whom_they_name()
    {
        var (_, members) = await Meet("Ann", "Ben", "Eve");
        var (ann, ben, eve) = (members[0], members[1], members[2]);

        (await ben.Client.SendSceneEventToMaster("to master")).Ok();
        (await ann.Client.SendSceneEventToUser(eve.Id, "to user")).Ok();
        (await ann.Client.SendSceneEventToAllUsers("to all users")).Ok();
        (await eve.Client.SendSceneEventToUserDirect(ben.Id, "to user direct")).Ok();
        (await ben.Client.SendSceneEventToAllUsersDirect("to all users direct")).Ok();
        (await ann.Client.SendMessageToAll("end")).Ok();

        await Heard(ann, ("SceneEventToMaster", ben, "to master"), ("SceneEventToUser", ann, "to all users"), ("SceneEventToUser", ben, "to all users direct"));
        await Heard(ben, ("SceneEventToUser", ann, "to all users"), ("SceneEventToUser", eve, "to user direct"), ("SceneEventToUser", ben, "to all users direct"));
        await Heard(eve, ("SceneEventToUser", ann, "to user"), ("SceneEventToUser", ann, "to all users"), ("SceneEventToUser", ben, "to all users direct"));
    }

    [Fact]
    public async Task Only_the_master_may_use_the_masters_calls()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);

        (await ben.Client.SendSceneEventToAllUsers("x")).Error.ShouldBe(3012);
        (await ben.Client.SendSceneEventToUser(ann.Id, "x")).Error.ShouldBe(3012);

        await ann.Client.CatchUp(ann.Id, "end");
        ann.Client.Events().Select(e => e.What).ShouldBe(["USER_JOINED_SESSION", "MessageSent"]);
    }

    [Fact]
    public async Task Scene_events_are_refused_in_the_order_of_the_checks()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var outside = await Enter("Eve");
        var (ann, ben) = (members[0].Client, members[1].Client);

        (await outside.Client.Call("SendSceneEventToUser", new { })).Error.ShouldBe(800);
        (await ben.Call("SendSceneEventToUser", new { })).Error.ShouldBe(3012);
        (await ann.Call("SendSceneEventToUser", new { })).Error.ShouldBe(3014);
        (await ann.Call("SendSceneEventToUser", new { userId = outside.Id })).Error.ShouldBe(700);
        (await ann.Call("SendSceneEventToUser", new { userId = members[1].Id })).Error.ShouldBe(3002);
        (await ben.Call("SendSceneEventToUserDirect", new { })).Error.ShouldBe(3014);
        (await ben.Call("SendSceneEventToUserDirect", new { userId = outside.Id, @event = "x" })).Error.ShouldBe(700);
        foreach (var nothing in new object[] { new { }, new { @event = (string?)null }, new { @event = "" }, new { @event = 0 } })
        {
            (await ann.Call("SendSceneEventToAllUsers", nothing)).Error.ShouldBe(3002);
            (await ben.Call("SendSceneEventToMaster", nothing)).Error.ShouldBe(3002);
            (await ben.Call("SendSceneEventToAllUsersDirect", nothing)).Error.ShouldBe(3002);
        }
    }

    [Fact]
    public async Task A_message_to_all_reaches_the_sender_too_and_one_to_a_member_only_that_one()
    {
        var (_, members) = await Meet("Ann", "Ben", "Eve");
        var (ann, ben, eve) = (members[0], members[1], members[2]);

        (await ben.Client.SendMessage(eve.Id, "a secret")).Ok();
        (await ben.Client.SendMessageToAll("hello")).Ok();

        foreach (var member in members)
        {
            var hello = await member.Client.WaitFor("MessageSent", d => d.GetProperty("message").ToString() == "hello");
            hello.Data.Text("messageFrom").ShouldBe(ben.Id);
            hello.Data.Text("messageFromName").ShouldBe("Ben");
        }

        eve.Client.Events("MessageSent").Count.ShouldBe(2);
        ann.Client.Events("MessageSent").Count.ShouldBe(1);
        ben.Client.Events("MessageSent").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_to_somebody_outside_is_refused()
    {
        var (_, members) = await Meet("Ann");
        var outside = await Enter("Eve");

        (await members[0].Client.SendMessage(outside.Id, "hello")).Error.ShouldBe(802);
        (await members[0].Client.SendMessage("no-such-user", "hello")).Error.ShouldBe(802);
        outside.Client.Events().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"a":[1,2.5,-3e7,true,null,{"b":""}],"ü":"😀 \u0000 \u001e"}""")]
    [InlineData("false")]
    [InlineData("[]")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("\"two\\nlines\"")]
    public async Task Any_json_value_arrives_as_it_was_sent(string json)
    {
        var (_, members) = await Meet("Ann", "Ben");
        using var document = System.Text.Json.JsonDocument.Parse(json);

        (await members[0].Client.SendMessageToAll(document.RootElement)).Ok();
        (await members[0].Client.SendSceneEventToAllUsers(document.RootElement)).Ok();

        var message = (await members[1].Client.WaitFor("MessageSent")).Data.GetProperty("message");
        var sceneEvent = (await members[1].Client.WaitFor("SceneEventToUser")).Data.GetProperty("sceneEventData");
        System.Text.Json.JsonElement.DeepEquals(message, document.RootElement).ShouldBeTrue(message.GetRawText());
        System.Text.Json.JsonElement.DeepEquals(sceneEvent, document.RootElement).ShouldBeTrue(sceneEvent.GetRawText());
    }

    private static async Task Heard(Person person, params (string What, Person From, string Data)[] expected)
    {
        await person.Client.WaitFor("MessageSent");
        person.Client.Events()
            .Where(e => e.What.StartsWith("SceneEvent", StringComparison.Ordinal))
            .Select(e => (e.What, From: e.Data.Text("sceneEventFrom"), Data: e.Data.Text("sceneEventData")))
            .ShouldBe(expected.Select(e => (e.What, e.From.Id, e.Data)));
    }
}
