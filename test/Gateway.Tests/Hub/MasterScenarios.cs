namespace Orchestrator.Tests;

/// <summary>Who is master, and who comes next.</summary>
public abstract class MasterScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task The_next_in_the_order_of_joining_becomes_master_before_the_others_hear_that_the_old_one_left()
    {
        var (_, members) = await Meet("Ann", "Ben", "Eve");
        (await members[0].Client.LeaveSession()).Ok();

        await members[2].Client.WaitForUser("USER_LEFT_SESSION", members[0].Id);
        members[2].Client.Events().Select(e => e.What).ShouldBe(["MASTER_CHANGED", "USER_LEFT_SESSION"]);
        members[2].Client.Events()[0].Data.GetProperty("eventData").Text("userId").ShouldBe(members[1].Id);
        (await members[1].Client.GetSessionInfo()).Ok().Body.Text("sessionMaster").ShouldBe(members[1].Id);
        (await members[1].Client.SendSceneEventToAllUsers("I lead")).Ok();
        (await members[2].Client.WaitFor("SceneEventToUser")).Data.Text("sceneEventFrom").ShouldBe(members[1].Id);
    }

    [Fact]
    public async Task A_master_that_comes_back_does_not_get_its_role_back()
    {
        var (session, members) = await Meet("Ann", "Ben");
        (await members[0].Client.LeaveSession()).Ok();

        (await members[0].Client.JoinSession(session)).Ok().Body.Text("sessionMaster").ShouldBe(members[1].Id);
        (await members[0].Client.SendSceneEventToAllUsers("me again")).Error.ShouldBe(3012);
    }

    [Fact]
    public async Task Who_may_not_be_master_is_passed_over()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var eve = await Enter("Eve");
        var session = (await ann.Client.AddSession("choice")).Ok().Body.Text("sessionId");
        (await ben.Client.JoinSession(session, canBeMaster: false)).Ok();
        (await eve.Client.JoinSession(session)).Ok();

        (await ann.Client.LeaveSession()).Ok();

        (await ben.Client.GetSessionInfo()).Ok().Body.Text("sessionMaster").ShouldBe(eve.Id);
    }

    [Fact]
    public async Task Without_anybody_who_may_there_is_no_master_until_one_joins()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var eve = await Enter("Eve");
        var created = (await ann.Client.AddSession("leaderless", canBeMaster: false)).Ok().Body;
        created.TryGetProperty("sessionMaster", out _).ShouldBeFalse();
        var session = created.Text("sessionId");
        (await ann.Client.SendSceneEventToMaster("anybody?")).Error.ShouldBe(3001);

        (await ben.Client.JoinSession(session)).Ok().Body.Text("sessionMaster").ShouldBe(ben.Id);
        await ann.Client.WaitForUser("MASTER_CHANGED", ben.Id);
        (await eve.Client.JoinSession(session, canBeMaster: false)).Ok();
        (await ben.Client.LeaveSession()).Ok();
        await eve.Client.WaitForUser("MASTER_CHANGED", null);
        (await eve.Client.SendSceneEventToMaster("anybody?")).Error.ShouldBe(3001);
    }

    [Fact]
    public async Task A_scene_event_of_an_old_epoch_is_refused_even_from_whoever_is_master_again()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        var epoch = (await ann.Client.GetSessionInfo()).Ok().Body.GetProperty("masterEpoch").GetInt64();
        (await ann.Client.Call("SendSceneEventToAllUsers", new { @event = "1", masterEpoch = epoch })).Ok();

        (await ann.Client.LeaveSession()).Ok();
        (await ann.Client.JoinSession(session)).Ok();
        (await ben.Client.LeaveSession()).Ok();

        (await ann.Client.Call("SendSceneEventToAllUsers", new { @event = "2", masterEpoch = epoch })).Error.ShouldBe(3012);
        (await ann.Client.Call("SendSceneEventToAllUsers", new { @event = "3", masterEpoch = epoch + 2 })).Ok();
    }

    [Fact]
    public async Task Administration_stays_when_mastership_moves()
    {
        var (session, members) = await Meet("Ann", "Ben");
        (await members[0].Client.LeaveSession()).Ok();

        var info = (await members[1].Client.GetSessionInfo()).Ok().Body;

        info.Text("sessionMaster").ShouldBe(members[1].Id);
        info.Text("sessionAdministrator").ShouldBe(members[0].Id);
        (await members[1].Client.LeaveSession()).Ok();
        (await members[1].Client.DeleteSession(session)).Error.ShouldBe(501);
        (await members[0].Client.DeleteSession(session)).Ok();
    }
}
