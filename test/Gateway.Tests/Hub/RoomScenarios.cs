namespace Orchestrator.Tests;

/// <summary>Rooms of a session.</summary>
public abstract class RoomScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task Rooms_and_who_is_in_them_are_shown_to_members()
    {
        var (ann, ben) = await MeetInRooms();
        (await ben.Client.Call("JoinRoom", new { roomId = "foyer" })).Ok();
        (await ann.Client.Call("JoinRoom", new { roomId = "foyer" })).Ok();

        var rooms = (await ann.Client.Call("GetRooms")).Ok().Body;

        rooms.EnumerateObject().Select(r => r.Name).ShouldBe(["foyer", "box"]);
        rooms.GetProperty("foyer").GetRawText().ShouldBe(
            $$"""{"roomRefId":"foyer","roomId":"foyer","roomName":"Foyer","roomDescription":"By the door","roomCapacity":0,"roomUsers":["{{ben.Id}}","{{ann.Id}}"]}""");
        (await ben.Client.Call("GetRoomInfo")).Ok().Body.GetRawText().ShouldBe(rooms.GetProperty("foyer").GetRawText());
        (await ben.Client.GetSessionInfo()).Ok().Body.GetProperty("sessionUserDefinitions").EnumerateArray().Select(m => m.Text("roomId")).ShouldBe(["foyer", "foyer"]);
    }

    [Fact]
    public async Task A_move_is_told_as_leaving_and_entering_and_before_its_authors_answer()
    {
        var (ann, ben) = await MeetInRooms();
        (await ben.Client.Call("JoinRoom", new { roomId = "foyer" })).Ok();
        (await ben.Client.Call("JoinRoom", new { roomId = "foyer" })).Ok();
        (await ben.Client.Call("JoinRoom", new { roomId = "box" })).Ok();
        (await ben.Client.Call("LeaveRoom", new { })).Ok();

        await ann.Client.CatchUp(ann.Id, "the end");
        ann.Client.Events().Where(e => e.What.EndsWith("_ROOM", StringComparison.Ordinal))
            .Select(e => $"{e.What} {e.Data.GetProperty("eventData").GetRawText()}")
            .ShouldBe(
            [
                Said("USER_JOINED_ROOM", ben.Id, "foyer"), Said("USER_LEFT_ROOM", ben.Id, "foyer"), Said("USER_JOINED_ROOM", ben.Id, "box"),
                Said("USER_LEFT_ROOM", ben.Id, "box"),
            ]);
        await ben.Client.CatchUp(ben.Id, "the end");
        ben.Client.Heard.Where(h => h.What.Contains("ROOM", StringComparison.OrdinalIgnoreCase)).Select(h => h.What).ShouldBe(
            ["USER_JOINED_ROOM", "JoinRoom", "JoinRoom", "USER_LEFT_ROOM", "USER_JOINED_ROOM", "JoinRoom", "USER_LEFT_ROOM", "LeaveRoom"]);
    }

    [Fact]
    public async Task A_full_room_refuses_and_whoever_was_refused_stays_where_it_is()
    {
        var (ann, ben) = await MeetInRooms();
        (await ann.Client.Call("JoinRoom", new { roomId = "box" })).Ok();
        (await ben.Client.Call("JoinRoom", new { roomId = "foyer" })).Ok();

        (await ben.Client.Call("JoinRoom", new { roomId = "box" })).Error.ShouldBe(702);

        (await ben.Client.Call("GetRoomInfo")).Ok().Body.Text("roomId").ShouldBe("foyer");
        (await ann.Client.LeaveSession()).Ok();
        (await ben.Client.Call("JoinRoom", new { roomId = "box" })).Ok();
    }

    [Fact]
    public async Task Refusals_come_in_the_order_of_the_checks()
    {
        var (ann, _) = await MeetInRooms();
        var (outside, _) = await Enter("Eve");

        (await outside.Call("GetRooms")).Error.ShouldBe(800);
        (await outside.Call("GetRoomInfo")).Error.ShouldBe(800);
        (await outside.Call("JoinRoom", new { roomId = "foyer" })).Error.ShouldBe(800);
        (await outside.Call("LeaveRoom", new { })).Error.ShouldBe(800);
        (await ann.Client.Call("JoinRoom", new { roomId = "nowhere" })).Error.ShouldBe(701);
        (await ann.Client.Call("GetRoomInfo")).Error.ShouldBe(703);
        (await ann.Client.Call("LeaveRoom", new { })).Error.ShouldBe(703);
    }

    [Fact]
    public async Task Of_two_hundred_who_enter_a_room_for_a_hundred_at_once_a_hundred_are_in_it()
    {
        const int All = 200;
        const int Places = 100;
        var (host, _) = await Enter("Host");
        var session = (await host.Call("AddSession", WithRooms(Places))).Ok().Body.Text("sessionId");
        var guests = new List<Person>();
        for (var i = 0; i < All; i++)
        {
            guests.Add(await Enter($"guest {i}"));
            (await guests[i].Client.JoinSession(session)).Ok();
        }

        var answers = await Task.WhenAll(guests.Select(g => g.Client.Call("JoinRoom", new { roomId = "box" })));

        answers.GroupBy(a => a.Error).Select(g => (g.Key, g.Count())).Order().ShouldBe([(0, Places), (702, All - Places)]);
        var room = (await host.Call("GetRooms")).Ok().Body.GetProperty("box");
        room.Texts("roomUsers").ShouldBe(guests.Where((_, i) => answers[i].Error == 0).Select(g => g.Id), ignoreOrder: true);
    }

    private async Task<(Person Ann, Person Ben)> MeetInRooms()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var session = (await ann.Client.Call("AddSession", WithRooms(capacity: 1))).Ok().Body.Text("sessionId");
        (await ben.Client.JoinSession(session)).Ok();
        return (ann, ben);
    }

    private static object WithRooms(int capacity) => new
    {
        sessionName = "with rooms",
        scenarioDefinition = new
        {
            scenarioId = "theatre",
            scenarioRooms = new object[]
            {
                new { roomId = "foyer", roomName = "Foyer", roomDescription = "By the door" },
                new { roomId = "box", roomName = "Box", roomCapacity = capacity },
            },
        },
    };

    private static string Said(string what, string userId, string roomId) => $$"""{{what}} {"userId":"{{userId}}","roomId":"{{roomId}}"}""";
}
