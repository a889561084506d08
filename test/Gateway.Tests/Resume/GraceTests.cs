namespace Orchestrator.Tests;

/// <summary>Too late, too much missed, and a server that was restarted meanwhile.</summary>
public sealed class GraceTests
{
    [Fact]
    public async Task After_the_grace_period_the_seat_is_gone_and_the_others_saw_it_go()
    {
        await using var server = await HubServer.Start(("Limits:GraceSeconds", 0.5));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        var (ann, ben) = (await Guest.LogIn(first, "Ann"), await Guest.LogIn(second, "Ben"));
        await ben.Join(await ann.AddSession());
        second.Cut();

        var left = await first.WaitFor("USER_LEFT_SESSION");

        left.User.ShouldBe(ben.UserId);
        left.Data.GetProperty("eventData").Text("reason").ShouldBe("lost");
        first.Events.Select(e => e.Kind).ShouldBe(["USER_JOINED_SESSION", "USER_AWAY", "USER_LEFT_SESSION"]);

        // The user is let go a little later than its seat; two grace periods after that it is gone for certain.
        for (var i = 0; i < 2; i++)
        {
            await using var another = await server.Connect();
            var eve = await Guest.LogIn(another, "Eve");
            await eve.Join((await ann.Invoke("GetSessionInfo")).Body.Text("sessionId"));
            another.Cut();
            await first.WaitFor(e => e.Kind == "USER_LEFT_SESSION" && e.User == eve.UserId);
        }

        await using var late = await server.Connect();
        var reply = await late.Invoke("Resume", new { token = ben.Token });
        reply.Error.ShouldBe(9005);
        reply.Message.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_member_that_says_nothing_any_more_is_away_though_its_socket_stands()
    {
        await using var server = await HubServer.Start(("Limits:SilenceSeconds", 2));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        var ann = await Guest.LogIn(first, "Ann");
        var ben = await Guest.LogIn(second, "Ben");
        await ben.Join(await ann.AddSession());
        // SignalR counts the silence of whoever has said once that it is there.
        second.Send("""{"type":6}""");

        await Eventually(async () =>
        {
            (await ann.Invoke("GetSessionInfo")).Ok();
            return first.Events.Any(e => e.Kind == "USER_AWAY" && e.Data.GetProperty("eventData").Text("userId") == ben.UserId) ? null : "Ben is not away";
        });
    }

    [Fact]
    public async Task The_session_of_an_administrator_that_is_lost_closes()
    {
        await using var server = await HubServer.Start(("Limits:GraceSeconds", 0.5));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        await using var third = await server.Connect();
        var (ann, ben, eve) = (await Guest.LogIn(first, "Ann"), await Guest.LogIn(second, "Ben"), await Guest.LogIn(third, "Eve"));
        await ben.Join(await ann.AddSession());
        var outside = await eve.AddSession();
        (await eve.Invoke("LeaveSession")).Ok();
        first.Cut();
        third.Cut();

        (await second.WaitFor("SessionClosed")).Data.Text("reason").ShouldBe("administratorLost");

        await Eventually(async () => (await ben.Invoke("GetSessions")).Body.TryGetProperty(outside, out _) ? "the session of the lost administrator is listed" : null);
        (await ben.Invoke("LeaveSession")).Ok();
    }

    [Fact]
    public async Task A_lost_master_is_replaced_after_its_own_shorter_grace()
    {
        await using var server = await HubServer.Start(("Limits:GraceSeconds", 60), ("Limits:MasterGraceSeconds", 0.3));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        var (ann, ben) = (await Guest.LogIn(first, "Ann"), await Guest.LogIn(second, "Ben"));
        await ben.Join(await ann.AddSession());
        first.Cut();

        (await second.WaitFor("MASTER_CHANGED")).User.ShouldBe(ben.UserId);

        await using var again = await server.Connect();
        var (_, reply) = await Guest.Resume(again, ann.Token, at: null);
        reply.Body.GetProperty("session").Text("sessionMaster").ShouldBe(ben.UserId);
    }

    [Fact]
    public async Task When_more_was_missed_than_is_kept_there_is_a_snapshot()
    {
        await using var server = await HubServer.Start(("Limits:SourceLogBytesMax", 2_000));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        var (ann, ben) = (await Guest.LogIn(first, "Ann"), await Guest.LogIn(second, "Ben"));
        var session = await ann.AddSession();
        await ben.Join(session);
        (await ann.Invoke("SendMessageToAll", new { message = "seen" })).Ok();
        await second.WaitFor("MessageSent");
        second.Cut();
        await first.WaitFor("USER_AWAY");
        for (var i = 0; i < 20; i++)
        {
            (await ann.Invoke("SendMessageToAll", new { message = i })).Ok();
        }

        await using var third = await server.Connect();
        var (_, reply) = await Guest.Resume(third, ben.Token, second.LastPlace);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        reply.Body.GetProperty("session").Text("sessionId").ShouldBe(session);
        (await ann.Invoke("SendMessageToAll", new { message = "next" })).Ok();
        (await third.WaitFor("MessageSent")).Data.GetProperty("message").ToString().ShouldBe("next");
        third.Events.Count(e => e.Kind == "MessageSent").ShouldBe(1);
    }

    [Fact]
    public async Task A_restarted_server_has_kept_the_seats()
    {
        await using var server = await HubServer.Start();
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        var (ann, ben) = (await Guest.LogIn(first, "Ann"), await Guest.LogIn(second, "Ben"));
        var session = await ann.AddSession("kept");
        await ben.Join(session);
        (await ann.Invoke("SendMessageToAll", new { message = "seen" })).Ok();
        await second.WaitFor("MessageSent");

        await server.Stop();
        (await second.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4501);
        await server.StartAgain();
        await using var third = await server.Connect();
        await using var fourth = await server.Connect();
        var (benAgain, benReply) = await Guest.Resume(third, ben.Token, second.LastPlace);
        var (annAgain, annReply) = await Guest.Resume(fourth, ann.Token, first.LastPlace);

        foreach (var reply in new[] { benReply, annReply })
        {
            reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
            reply.Body.GetProperty("session").Text("sessionName").ShouldBe("kept");
            reply.Body.GetProperty("session").Texts("sessionUsers").ShouldBe([ann.UserId, ben.UserId]);
            reply.Body.GetProperty("session").Text("sessionAdministrator").ShouldBe(ann.UserId);
        }

        benAgain.UserId.ShouldBe(ben.UserId);
        (await annAgain.Invoke("SendMessageToAll", new { message = "after" })).Ok();
        (await third.WaitFor("MessageSent")).Data.Text("message").ShouldBe("after");
        (await benAgain.Invoke("GetSessions")).Body.TryGetProperty(session, out _).ShouldBeTrue();
        (await benAgain.Invoke("LeaveSession")).Ok();
        (await annAgain.Invoke("LeaveSession")).Ok();
        (await annAgain.Invoke("DeleteSession", new { sessionId = session })).Ok();
    }

    [Fact]
    public async Task Who_does_not_come_back_after_a_restart_is_let_go()
    {
        // Ann needs some of it to come back.
        await using var server = await HubServer.Start(("Limits:GraceSeconds", 8));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        var (ann, ben) = (await Guest.LogIn(first, "Ann"), await Guest.LogIn(second, "Ben"));
        await ben.Join(await ann.AddSession());

        await server.Stop();
        await server.StartAgain();
        await using var third = await server.Connect();
        var (back, _) = await Guest.Resume(third, ann.Token, at: null);

        await Eventually(async () =>
            (await back.Invoke("GetSessionInfo")).Ok().Body.Texts("sessionUsers") is [var only] && only == ann.UserId ? null : "Ben is still a member");
    }
}
