using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>Sessions from login to delete.</summary>
public abstract class SessionLifeScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task A_session_lives_from_login_to_delete()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        var eve = await Enter("Eve");

        var added = (await ann.Client.AddSession("  the evening  ")).Ok().Body;
        var session = added.Text("sessionId");
        added.Text("sessionName").ShouldBe("the evening");
        added.Text("sessionDescription").ShouldBe("for a test");
        added.Text("sessionProtocol").ShouldBe("socketio");
        added.Text("scenarioId").ShouldBe(Has(WireFeatures.NamesScenarios) ? "chess" : session);
        added.Text("sessionAdministrator").ShouldBe(ann.Id);
        added.Text("sessionMaster").ShouldBe(ann.Id);
        added.Texts("sessionUsers").ShouldBe([ann.Id]);

        // The list runs behind for everybody but whose change it was.
        await Eventually(async () => await Listed(ben, session) is null ? "Ben does not see the session yet" : null);
        (await Listed(ben, session))!.Value.Texts("sessionUsers").ShouldBe([ann.Id]);
        var joined = (await ben.Client.JoinSession(session)).Ok().Body;
        joined.Texts("sessionUsers").ShouldBe([ann.Id, ben.Id]);
        joined.GetProperty("sessionUserDefinitions").EnumerateArray().Select(d => d.Text("userName")).ShouldBe(["Ann", "Ben"]);
        (await eve.Client.JoinSession(session)).Ok().Body.Texts("sessionUsers").ShouldBe([ann.Id, ben.Id, eve.Id]);

        var told = await ann.Client.WaitForUser("USER_JOINED_SESSION", eve.Id);
        told.Data.GetProperty("eventData").GetProperty("userData").Text("userName").ShouldBe("Eve");
        await ben.Client.WaitForUser("USER_JOINED_SESSION", eve.Id);

        (await eve.Client.LeaveSession()).Ok();
        await ann.Client.WaitForUser("USER_LEFT_SESSION", eve.Id);
        await ben.Client.WaitForUser("USER_LEFT_SESSION", eve.Id);
        (await ben.Client.LeaveSession()).Ok();
        (await ann.Client.DeleteSession(session)).Error.ShouldBe(504);
        (await ann.Client.LeaveSession()).Ok();
        (await ben.Client.DeleteSession(session)).Error.ShouldBe(501);
        (await ann.Client.DeleteSession(session)).Ok();
        (await ann.Client.DeleteSession(session)).Error.ShouldBe(503);
        (await Listed(ann, session)).ShouldBeNull();
        await Eventually(async () => await Listed(ben, session) is null ? null : "Ben still sees the session");

        // Nobody is told of itself: its own answer says it.
        ann.Client.Events("USER_JOINED_SESSION").Count.ShouldBe(2);
        eve.Client.Events().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_list_shows_the_callers_own_last_change_at_once()
    {
        var ann = await Enter("Ann");
        var ben = await Enter("Ben");
        for (var i = 0; i < 20; i++)
        {
            var session = (await ann.Client.AddSession($"session {i}")).Ok().Body.Text("sessionId");
            (await Listed(ann, session))!.Value.Texts("sessionUsers").ShouldBe([ann.Id]);
            (await ben.Client.JoinSession(session)).Ok();
            (await Listed(ben, session))!.Value.Texts("sessionUsers").ShouldBe([ann.Id, ben.Id]);
            (await ben.Client.LeaveSession()).Ok();
            (await Listed(ben, session))!.Value.Texts("sessionUsers").ShouldBe([ann.Id]);
            (await ann.Client.LeaveSession()).Ok();
            (await Listed(ann, session))!.Value.Texts("sessionUsers").ShouldBeEmpty();
            (await ann.Client.DeleteSession(session)).Ok();
            (await Listed(ann, session)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Logging_out_as_the_administrator_closes_the_session_for_all()
    {
        var (session, members) = await Meet("Ann", "Ben", "Eve");
        (await members[0].Client.Logout()).Ok();

        foreach (var member in members[1..])
        {
            (await member.Client.WaitFor("SessionClosed")).WhyClosed().ShouldBe(Has(WireFeatures.TellsWhyClosed) ? "administratorLoggedOut" : null);
            (await member.Client.LeaveSession()).Error.ShouldBe(0);
            (await member.Client.LeaveSession()).Error.ShouldBe(800);
            (await member.Client.GetSessionInfo()).Error.ShouldBe(700);
            (await member.Client.JoinSession(session)).Error.ShouldBe(503);
            member.Client.Events("SessionClosed").Count.ShouldBe(1);
        }

        await Eventually(async () => await Listed(members[1], session) is null ? null : "the session is still listed");
    }

    [Fact]
    public async Task After_a_close_a_member_may_enter_another_session_without_leaving_first()
    {
        var (_, members) = await Meet("Ann", "Ben");
        (await members[0].Client.Logout()).Ok();
        await members[1].Client.WaitFor("SessionClosed");

        var own = (await members[1].Client.AddSession("Ben's own")).Ok().Body.Text("sessionId");

        (await members[1].Client.GetSessionInfo()).Ok().Body.Text("sessionId").ShouldBe(own);
    }

    [Fact]
    public async Task The_creator_leaves_waits_until_all_have_gone_and_deletes()
    {
        var (session, members) = await Meet("Ann", "Ben", "Eve");
        var ann = members[0];

        (await ann.Client.LeaveSession()).Ok();
        var others = members[1..].Select(async member =>
        {
            await member.Client.WaitForUser("USER_LEFT_SESSION", ann.Id);
            (await member.Client.GetSessionInfo()).Ok().Body.Text("sessionAdministrator").ShouldBe(ann.Id);
            (await member.Client.LeaveSession()).Ok();
        }).ToArray();
        await Eventually(async () => (await ann.Client.GetSessionInfo()).Ok().Body.Texts("sessionUsers") is { Length: > 0 } left ? $"{left.Length} are inside" : null);
        await Task.WhenAll(others);

        (await ann.Client.DeleteSession(session)).Ok();
        (await Listed(ann, session)).ShouldBeNull();
        (await ann.Client.GetSessionInfo()).Error.ShouldBe(700);
    }

    [Fact]
    public async Task An_empty_session_stays_and_can_be_joined_again()
    {
        var (session, members) = await Meet("Ann");
        (await members[0].Client.LeaveSession()).Ok();
        var ben = await Enter("Ben");

        (await ben.Client.JoinSession(session)).Ok().Body.Text("sessionMaster").ShouldBe(ben.Id);
        (await members[0].Client.JoinSession(session)).Ok().Body.Texts("sessionUsers").ShouldBe([ben.Id, members[0].Id]);
    }

    [Fact]
    public async Task Somebody_else_can_log_in_on_the_same_connection_and_inherits_nothing()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        (await ben.Client.Logout()).Ok();
        await ann.Client.WaitForUser("USER_LEFT_SESSION", ben.Id);

        (await ben.Client.GetSessions()).Error.ShouldBe(204);
        (await ben.Client.Logout()).Error.ShouldBe(204);
        var before = ben.Client.Events().Count;
        var eve = new Person(ben.Client, await ben.Client.Login("Eve"));
        eve.Id.ShouldNotBe(ben.Id);
        (await ann.Client.SendMessageToAll("not for Eve")).Ok();
        (await eve.Client.SendMessageToAll("lost")).Error.ShouldBe(800);
        (await eve.Client.GetSessionInfo()).Error.ShouldBe(700);
        (await eve.Client.LeaveSession()).Error.ShouldBe(800);
        eve.Client.Events().Count.ShouldBe(before);

        (await eve.Client.JoinSession(session)).Ok().Body.Texts("sessionUsers").ShouldBe([ann.Id, eve.Id]);
        (await ann.Client.SendMessageToAll("for Eve")).Ok();
        (await eve.Client.WaitFor("MessageSent")).Data.Text("message").ShouldBe("for Eve");
    }

    [Fact]
    public async Task Calls_in_the_wrong_state_are_refused_and_change_nothing()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        var eve = await Enter("Eve");
        var other = (await eve.Client.AddSession("another")).Ok().Body.Text("sessionId");
        var before = (await ann.Client.GetSessionInfo()).Ok().Body.GetRawText();

        (await ben.Client.JoinSession(session)).Error.ShouldBe(603);
        (await ben.Client.JoinSession(other)).Error.ShouldBe(602);
        (await ben.Client.JoinSession("no-such-session")).Error.ShouldBe(503);
        (await eve.Client.JoinSession(session)).Error.ShouldBe(602);
        (await ben.Client.AddSession("a second one")).Error.ShouldBe(602);
        (await ben.Client.DeleteSession(session)).Error.ShouldBe(501);
        (await ann.Client.DeleteSession(session)).Error.ShouldBe(504);
        (await ann.Client.DeleteSession("no-such-session")).Error.ShouldBe(503);
        (await ann.Client.Call("Login", new { userName = "Ann again" })).Error.ShouldBe(209);
        (await eve.Client.LeaveSession()).Ok();
        (await eve.Client.LeaveSession()).Error.ShouldBe(800);
        (await eve.Client.SendMessageToAll("x")).Error.ShouldBe(800);
        (await eve.Client.SendSceneEventToMaster("x")).Error.ShouldBe(800);

        (await ann.Client.GetSessionInfo()).Ok().Body.GetRawText().ShouldBe(before);
        ann.Client.Events().ShouldAllBe(e => e.What == "USER_JOINED_SESSION");
    }

    private static async Task<JsonElement?> Listed(Person person, string session) =>
        (await person.Client.GetSessions()).Ok().Body.TryGetProperty(session, out var found) ? found : null;
}
