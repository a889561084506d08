namespace Orchestrator.Tests;

/// <summary>The same call twice, and idempotency keys.</summary>
public sealed class RepeatTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task Adding_with_the_same_key_gives_the_first_session_again()
    {
        var ann = await LogIn("Ann");
        var command = new { sessionName = "once", scenarioDefinition = new { scenarioId = "s" }, key = "k1" };

        var first = (await ann.Invoke("AddSession", command)).Ok();
        var second = (await ann.Invoke("AddSession", command)).Ok();

        second.Body.GetRawText().ShouldBe(first.Body.GetRawText());
        second.At.ShouldBe(first.At);
        (await ann.Invoke("GetSessionInfo")).Ok().Body.Texts("sessionUsers").ShouldBe([ann.UserId]);
        (await ann.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        await ann.Client.WaitFor("MessageSent");
        (await ann.Invoke("GetSessions")).Ok();
        ann.Client.Events.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Joining_with_the_same_key_gives_the_first_answer_again_and_without_a_key_603()
    {
        var (session, ann, ben) = await Meet();
        var eve = await LogIn("Eve");

        var first = (await eve.Invoke("JoinSession", new { sessionId = session, key = "j" })).Ok();
        var second = (await eve.Invoke("JoinSession", new { sessionId = session, key = "j" })).Ok();

        second.Body.GetRawText().ShouldBe(first.Body.GetRawText());
        second.At.ShouldBe(first.At);
        (await eve.Invoke("JoinSession", new { sessionId = session })).Error.ShouldBe(603);
        (await ann.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        await ben.Client.WaitFor("MessageSent");
        ben.Client.Events.Count(e => e.Kind == "USER_JOINED_SESSION").ShouldBe(1);
        await eve.Client.WaitFor("MessageSent");
        eve.Client.Events.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_with_the_same_key_is_sent_once()
    {
        var (_, ann, ben) = await Meet();

        var first = (await ann.Invoke("SendMessageToAll", new { message = "m", key = "k" })).Ok();
        var second = (await ann.Invoke("SendMessageToAll", new { message = "m", key = "k" })).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = "end" })).Ok();

        second.At.ShouldBe(first.At);
        await ben.Client.WaitFor(e => e.Data.GetProperty("message").ToString() == "end");
        ben.Client.Events.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_key_that_another_command_used_is_refused()
    {
        var (session, ann, _) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "m", key = "k" })).Ok();

        var reply = await ann.Invoke("DeleteSession", new { sessionId = session, key = "k" });

        reply.Error.ShouldBe(9004);
        reply.Message.ShouldNotBeEmpty();
        (await ann.Invoke("GetSessionInfo")).Ok();
    }

    [Fact]
    public async Task A_key_of_a_message_to_all_does_not_serve_for_a_message_to_one()
    {
        var (_, ann, ben) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "m", key = "k" })).Ok();

        (await ann.Invoke("SendMessage", new { userId = ben.UserId, message = "m", key = "k" })).Error.ShouldBe(9004);
    }

    [Fact]
    public async Task The_same_key_of_another_user_is_another_key()
    {
        var (_, ann, ben) = await Meet();

        (await ann.Invoke("SendMessageToAll", new { message = "Ann's", key = "k" })).Ok();
        (await ben.Invoke("SendMessageToAll", new { message = "Ben's", key = "k" })).Ok();
        await ben.Client.WaitFor(e => e.Data.Text("message") == "Ben's");

        var eve = await LogIn("Eve");
        var kim = await LogIn("Kim");
        var one = (await eve.Invoke("AddSession", new { sessionName = "one", scenarioDefinition = new { scenarioId = "s" }, key = "k" })).Ok();
        var two = (await kim.Invoke("AddSession", new { sessionName = "two", scenarioDefinition = new { scenarioId = "s" }, key = "k" })).Ok();
        one.Body.Text("sessionId").ShouldNotBe(two.Body.Text("sessionId"));
    }

    [Fact]
    public async Task The_same_call_twice_without_a_key_is_judged_by_the_rules()
    {
        var (session, ann, ben) = await Meet();

        (await ben.Invoke("LeaveSession")).Ok();
        (await ben.Invoke("LeaveSession")).Error.ShouldBe(800);
        (await ann.Invoke("LeaveSession")).Ok();
        (await ann.Invoke("DeleteSession", new { sessionId = session })).Ok();
        (await ann.Invoke("DeleteSession", new { sessionId = session })).Error.ShouldBe(503);
        (await ann.Invoke("Logout")).Ok();
        (await ann.Invoke("Logout")).Error.ShouldBe(204);
    }

    private async Task<(string Session, Guest Ann, Guest Ben)> Meet()
    {
        var ann = await LogIn("Ann");
        var ben = await LogIn("Ben");
        var session = await ann.AddSession();
        await ben.Join(session);
        await ann.Client.WaitFor("USER_JOINED_SESSION");
        return (session, ann, ben);
    }
}
