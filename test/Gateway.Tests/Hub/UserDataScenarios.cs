using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>What users say of themselves.</summary>
public abstract class UserDataScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    private const string Password = "correct horse";

    [Fact]
    public async Task Every_way_to_set_data_answers_with_all_of_it()
    {
        var (ann, _) = await Enter("Ann");

        (await Set(ann, "hat", 1)).ShouldBe("""{"hat":1}""");
        (await Change(ann, "UpdateUserDataArray", new { userDataArray = new { scarf = 2, hat = 3 } })).ShouldBe("""{"hat":3,"scarf":2}""");
        (await Change(ann, "UpdateUserDataArray", new { userDataArray = """{"hat":4}""" })).ShouldBe("""{"hat":4,"scarf":2}""");
        (await Change(ann, "UpdateUserDataArray", new { userDataArray = new[] { new { key = "hat", value = 5 } } })).ShouldBe("""{"hat":5,"scarf":2}""");
        (await Change(ann, "UpdateUserDataArray", new { userDataArray = new[] { new { userDataKey = "hat", userDataValue = 6 } } })).ShouldBe("""{"hat":6,"scarf":2}""");
        (await Change(ann, "UpdateUserDataArray", new { userDataArray = """[{"key":"hat","value":7},{"key":"hat","value":8}]""" })).ShouldBe("""{"hat":8,"scarf":2}""");
        (await Change(ann, "UpdateUserDataJson", new { userDataJson = new { hat = new { colour = "red" } } })).ShouldBe("""{"hat":{"colour":"red"},"scarf":2}""");
        (await Change(ann, "UpdateUserDataJson", new { userDataJson = """{"hat":{"size":1}, "ü":null}""" })).ShouldBe("""{"hat":{"size":1},"scarf":2,"ü":null}""");
        (await Read(ann)).ShouldBe("""{"hat":{"size":1},"scarf":2,"ü":null}""");
        (await Change(ann, "ClearUserData", new { })).ShouldBe("{}");
        (await Read(ann)).ShouldBe("{}");
    }

    [Fact]
    public async Task Everybody_may_read_everybodys_data_and_nobody_that_of_nobody()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        await Set(ann.Client, "hat", 1);

        (await Read(ben.Client, ann.Id)).ShouldBe("""{"hat":1}""");
        (await Read(ben.Client, "")).ShouldBe("{}");
        (await ben.Client.Call("GetUserData", new { userId = "no-such-user" })).Error.ShouldBe(1301);
        (await ann.Client.Logout()).Ok();
        (await ben.Client.Call("GetUserData", new { userId = ann.Id })).Error.ShouldBe(1301);
    }

    [Fact]
    public async Task Members_are_told_of_a_change_and_its_author_before_the_answer()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);

        for (var i = 0; i < 10; i++)
        {
            await Set(ben.Client, "n", i);
        }

        await ben.Client.CatchUp(ben.Id, "the end");
        var heard = ben.Client.Heard.SkipWhile(h => h.What != "USER_DATA_UPDATED").ToArray();
        for (var i = 0; i < 10; i++)
        {
            heard[2 * i].What.ShouldBe("USER_DATA_UPDATED", $"{i}");
            heard[2 * i].Data.GetProperty("eventData").GetProperty("userData").GetProperty("n").GetInt32().ShouldBe(i);
            heard[(2 * i) + 1].What.ShouldBe("UpdateUserData", $"{i}");
        }

        var last = await ann.Client.WaitFor("USER_DATA_UPDATED", d => d.GetProperty("eventData").GetProperty("userData").GetProperty("n").GetInt32() == 9);
        last.Data.GetProperty("eventData").EnumerateObject().First().Name.ShouldBe("userId", "older clients read it by position");
        last.Data.GetProperty("eventData").Text("userId").ShouldBe(ben.Id);
        var eve = await Enter("Eve");
        await Set(eve.Client, "hat", 1);
        var joined = (await eve.Client.JoinSession(session)).Ok().Body.GetProperty("sessionUserDefinitions");
        joined.EnumerateArray().Select(m => m.TryGetProperty("userData", out var data) ? data.GetRawText() : "{}").ShouldBe(["{}", """{"n":9}""", """{"hat":1}"""]);
        var news = await ann.Client.WaitForUser("USER_JOINED_SESSION", eve.Id);
        news.Data.GetProperty("eventData").GetProperty("userData").GetProperty("userData").GetRawText().ShouldBe("""{"hat":1}""");
        eve.Client.Events("USER_DATA_UPDATED").ShouldBeEmpty("in no session it was nobody's news");
    }

    [Fact]
    public async Task Data_of_a_megabyte_is_refused_and_nothing_has_changed()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        await Set(ann.Client, "hat", 1);
        var large = new string('x', 1_048_576);

        (await ann.Client.Call("UpdateUserData", new { userDataKey = "k", userDataValue = large })).Error.ShouldBe(9003);
        (await ann.Client.Call("UpdateUserDataJson", new { userDataJson = new { k = large } })).Error.ShouldBe(9003);
        (await ann.Client.Call("UpdateUserDataJson", new { userDataJson = JsonSerializer.Serialize(new { k = large }) })).Error.ShouldBe(9003);
        (await ann.Client.Call("UpdateUserDataArray", new { userDataArray = new[] { new { key = "k", value = large } } })).Error.ShouldBe(9003);

        (await Read(ann.Client)).ShouldBe("""{"hat":1}""");
        await ben.Client.CatchUp(ben.Id, "the end");
        ben.Client.Events("USER_DATA_UPDATED").Count.ShouldBe(1);
    }

    [Fact]
    public async Task All_of_it_together_may_not_grow_over_the_limit()
    {
        var (ann, _) = await Enter("Ann");
        var half = new string('x', 32_000);
        await Set(ann, "a", half);
        await Set(ann, "b", half);

        (await ann.Call("UpdateUserData", new { userDataKey = "c", userDataValue = half })).Error.ShouldBe(9003);

        await Set(ann, "a", 1);
        await Set(ann, "c", half);
    }

    [Fact]
    public async Task An_accounts_data_is_there_at_its_next_login_and_on_its_other_devices()
    {
        var name = $"data {Guid.CreateVersion7()}";
        await Wire.Register(name, Password);
        var phone = await Enter(name, Password);
        await Set(phone.Client, "hat", 1);
        var laptop = await Enter(name, Password);
        (await Read(laptop.Client)).ShouldBe("""{"hat":1}""");
        await Change(laptop.Client, "UpdateUserDataJson", new { userDataJson = new { scarf = 1 } });
        (await Read(phone.Client)).ShouldBe("""{"hat":1,"scarf":1}""");
        (await phone.Client.Logout()).Ok();
        (await laptop.Client.Logout()).Ok();

        var tablet = await Enter(name, Password);
        (await Read(tablet.Client)).ShouldBe("""{"hat":1,"scarf":1}""");
    }

    [Fact]
    public async Task A_guests_data_is_forgotten_with_the_guest()
    {
        var (ann, _) = await Enter("Ann");
        await Set(ann, "hat", 1);
        (await ann.Logout()).Ok();
        await ann.Login("Ann");
        (await Read(ann)).ShouldBe("{}");
    }

    [Fact]
    public async Task With_the_same_key_it_is_done_once()
    {
        var (ann, _) = await Enter("Ann");
        var first = new { userDataKey = "hat", userDataValue = 1, key = "k" };
        (await Change(ann, "UpdateUserData", first)).ShouldBe("""{"hat":1}""");
        await Set(ann, "hat", 2);
        (await Change(ann, "UpdateUserData", first)).ShouldBe("""{"hat":2}""");
        (await ann.Call("ClearUserData", new { key = "k" })).Error.ShouldBe(9004);
    }

    private static Task<string> Set(IScenarioClient client, string userDataKey, object userDataValue) =>
        Change(client, "UpdateUserData", new { userDataKey, userDataValue });

    private static async Task<string> Change(IScenarioClient client, string command, object parameters) =>
        (await client.Call(command, parameters)).Ok().Body.GetRawText();

    private static Task<string> Read(IScenarioClient client, string? userId = null) => Change(client, "GetUserData", new { userId });
}
