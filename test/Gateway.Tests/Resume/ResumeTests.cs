using System.Text;
using Orchestrator.Devices;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Tests;

/// <summary>Coming back after a lost connection.</summary>
public sealed class ResumeTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task What_was_missed_comes_once_and_in_order_and_the_others_see_away_and_back()
    {
        var (session, ann, ben) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "before" })).Ok();
        await ben.Client.WaitFor("MessageSent");
        ben.Client.Cut();
        (await ann.Client.WaitFor("USER_AWAY")).User.ShouldBe(ben.UserId);
        for (var i = 0; i < 5; i++)
        {
            (await ann.Invoke("SendMessageToAll", new { message = i })).Ok();
        }

        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, ben.Client.LastPlace);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeTrue();
        reply.Body.GetProperty("inSession").GetBoolean().ShouldBeTrue();
        reply.Body.TryGetProperty("session", out _).ShouldBeFalse();
        back.UserId.ShouldBe(ben.UserId);
        (await ann.Client.WaitFor("USER_RETURNED")).User.ShouldBe(ben.UserId);
        (await back.Invoke("SendMessageToAll", new { message = "after" })).Ok();
        await back.Client.WaitFor(e => e.Kind == "MessageSent" && e.Data.GetProperty("message").ToString() == "after");
        back.Client.Events.Where(e => e.Kind == "MessageSent").Select(e => e.Data.GetProperty("message").ToString()).ShouldBe(["0", "1", "2", "3", "4", "after"]);
        Chained(ben.Client.Events.Concat(back.Client.Events));
        (await ann.Invoke("GetSessionInfo")).Body.Texts("sessionUsers").ShouldBe([ann.UserId, ben.UserId]);
        session.ShouldBe((await back.Invoke("GetSessionInfo")).Ok().Body.Text("sessionId"));
    }

    [Fact]
    public async Task Nothing_from_before_the_joining_is_told_whatever_place_is_named()
    {
        var (session, ann, ben) = await Meet();
        (await ben.Invoke("LeaveSession")).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = "while he was out" })).Ok();
        var joined = (await ben.Invoke("JoinSession", new { sessionId = session })).Ok().At!;
        ben.Client.Cut();

        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, joined with { Seq = 0 });

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        (await ann.Invoke("SendMessageToAll", new { message = "after" })).Ok();
        await back.Client.WaitFor("MessageSent");
        back.Client.Events.Where(e => e.Kind == "MessageSent").Select(e => e.Data.GetProperty("message").ToString()).ShouldBe(["after"]);
    }

    [Fact]
    public async Task A_stamp_may_be_given_as_it_came()
    {
        var (_, ann, ben) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "seen" })).Ok();
        var stamp = (await ben.Client.WaitFor("MessageSent")).Stamp;
        ben.Client.Cut();

        var client = await Connect();

        (await client.Invoke("Resume", new { token = ben.Token, at = stamp })).Ok().Body.GetProperty("recovered").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_comes_back_to_an_account_whose_password_was_changed()
    {
        var name = Names.New();
        var token = await Server.Register(name, Names.Password);
        var client = await Server.Connect(token);
        var login = (await client.Invoke("Login", new { })).Ok();
        using var change = new HttpRequestMessage(HttpMethod.Put, Server.Url("/api/accounts/me/password"));
        change.Headers.Authorization = new("Bearer", token);
        change.Content = System.Net.Http.Json.JsonContent.Create(new { password = Names.Password, newPassword = "another horse battery" });
        (await Server.Http.SendAsync(change)).EnsureSuccessStatusCode();
        client.Cut();

        var resumed = await (await Connect()).Invoke("Resume", new { token = login.Body.Text("resumeToken") });

        resumed.Error.ShouldBe((int)RefusalCode.ResumeExpired);
    }

    [Fact]
    public async Task It_can_be_done_on_a_connection_that_never_broke()
    {
        var (_, ann, ben) = await Meet();
        for (var i = 0; i < 3; i++)
        {
            (await ann.Invoke("SendMessageToAll", new { message = i })).Ok();
        }

        await ben.Client.WaitFor(e => e.Kind == "MessageSent" && e.Data.GetProperty("message").GetInt32() == 2);
        var (back, reply) = await Guest.Resume(ben.Client, ben.Token, ben.Client.LastPlace);
        (await ann.Invoke("SendMessageToAll", new { message = 3 })).Ok();

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeTrue();
        await ben.Client.WaitFor(e => e.Kind == "MessageSent" && e.Data.GetProperty("message").GetInt32() == 3);
        Chained(ben.Client.Events);
        ben.Client.Events.Count.ShouldBe(4);
        (await back.Invoke("LeaveSession")).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = 4 })).Ok();
        (await back.Invoke("GetSessions")).Ok();
        ben.Client.Events.Count.ShouldBe(4);
        ann.Client.Events.ShouldNotContain(e => e.Kind == "USER_AWAY");
    }

    [Fact]
    public async Task From_an_earlier_place_everything_since_then_comes_again()
    {
        var (_, ann, ben) = await Meet();
        for (var i = 0; i < 3; i++)
        {
            (await ann.Invoke("SendMessageToAll", new { message = i })).Ok();
        }

        var first = await ben.Client.WaitFor("MessageSent");
        var (back, _) = await Guest.Resume(await Connect(), ben.Token, first.Place);

        await back.Client.WaitFor(e => e.Data.GetProperty("message").GetInt32() == 2);
        back.Client.Events.Select(e => e.Data.GetProperty("message").GetInt32()).ShouldBe([1, 2]);
        back.Client.Events[0].Stamp!.Prev.ShouldBe(first.Place.Seq);
    }

    [Fact]
    public async Task Without_a_place_there_is_a_snapshot_and_events_go_on_from_it()
    {
        var (session, ann, ben) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "missed" })).Ok();
        ben.Client.Cut();

        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, at: null);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        reply.Body.GetProperty("session").Text("sessionId").ShouldBe(session);
        reply.At!.Source.ShouldBe(session);
        (await ann.Invoke("SendMessageToAll", new { message = "next" })).Ok();
        var next = await back.Client.WaitFor("MessageSent");
        next.Data.Text("message").ShouldBe("next");
        next.Stamp!.Seq.ShouldBeGreaterThan(reply.At.Seq);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1_000_000)]
    [InlineData(-1, 0)]
    [InlineData(0, -5)]
    [InlineData(0, long.MaxValue)]
    public async Task From_a_place_that_never_was_there_is_a_snapshot(long epochs, long seqs)
    {
        var (_, ann, ben) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        var place = (await ben.Client.WaitFor("MessageSent")).Place;
        var wrong = place with { Epoch = place.Epoch + epochs, Seq = seqs > 0 && seqs < long.MaxValue ? place.Seq + seqs : seqs };

        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, seqs == 0 ? wrong with { Seq = place.Seq } : wrong);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        reply.Body.TryGetProperty("session", out _).ShouldBeTrue();
        (await ann.Invoke("SendMessageToAll", new { message = "next" })).Ok();
        (await back.Client.WaitFor("MessageSent")).Data.Text("message").ShouldBe("next");
    }

    [Fact]
    public async Task A_place_of_another_session_gives_a_snapshot_of_the_right_one()
    {
        var (session, _, ben) = await Meet();
        var (other, eve, _) = await Meet();
        (await eve.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        var elsewhere = (await eve.Client.WaitFor("MessageSent")).Place;
        elsewhere.Source.ShouldBe(other);

        var (_, reply) = await Guest.Resume(await Connect(), ben.Token, elsewhere);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        reply.Body.GetProperty("session").Text("sessionId").ShouldBe(session);
    }

    [Fact]
    public async Task A_user_in_no_session_comes_back_to_none()
    {
        var ben = await LogIn("Ben");
        ben.Client.Cut();

        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, at: null);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeTrue();
        reply.Body.GetProperty("inSession").GetBoolean().ShouldBeFalse();
        (await back.Invoke("LeaveSession")).Error.ShouldBe(800);
    }

    [Fact]
    public async Task A_session_that_closed_meanwhile_is_gone()
    {
        var (_, ann, ben) = await Meet();
        (await ann.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        await ben.Client.WaitFor("MessageSent");
        ben.Client.Cut();
        await ann.Client.WaitFor("USER_AWAY");
        (await ann.Invoke("Logout")).Ok();

        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, ben.Client.LastPlace);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeFalse();
        reply.Body.GetProperty("inSession").GetBoolean().ShouldBeFalse();
        (await back.Invoke("AddSession", Sessions.Named("another"))).Ok();
    }

    [Fact]
    public async Task A_connection_that_is_only_half_dead_is_superseded_and_told_so()
    {
        var (_, ann, ben) = await Meet();
        var (back, _) = await Guest.Resume(await Connect(), ben.Token, at: null);

        var disconnecting = await ben.Client.WaitFor("Disconnecting");
        disconnecting.Data.GetProperty("code").GetInt32().ShouldBe(4002);
        await Eventually(() => ben.Client.IsOver ? null : "the old connection is still open");
        (await ann.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        await back.Client.WaitFor("MessageSent");
        ben.Client.Events.ShouldNotContain(e => e.Kind == "MessageSent");
        (await ann.Invoke("GetSessionInfo")).Body.Texts("sessionUsers").Length.ShouldBe(2);
        ann.Client.Events.ShouldNotContain(e => e.Kind == "USER_AWAY");
    }

    [Fact]
    public async Task A_token_serves_again_when_its_answer_was_lost()
    {
        var (_, ann, ben) = await Meet();
        var at = (await ben.Invoke("GetSessionInfo")).At;
        ben.Client.Cut();
        for (var i = 0; i < 10; i++)
        {
            var lost = await Connect();
            var call = lost.Invoke("Resume", new { token = ben.Token, at });
            await lost.Flushed();
            lost.Cut();
            await Should.ThrowAsync<IOException>(async () =>
            {
                (await call).Ok();
                throw new IOException("It was quicker.");
            });
        }

        (await ann.Invoke("SendMessageToAll", new { message = "m" })).Ok();
        var (back, reply) = await Guest.Resume(await Connect(), ben.Token, at);

        reply.Body.GetProperty("recovered").GetBoolean().ShouldBeTrue();
        await back.Client.WaitFor("MessageSent");
        await Eventually(async () => Presence(await ann.Invoke("GetSessionInfo"), ben) == "online" ? null : "Ben is not online");
    }

    [Fact]
    public async Task After_a_logout_there_is_no_coming_back()
    {
        var ben = await LogIn("Ben");
        (await ben.Invoke("Logout")).Ok();

        await Refused(ben.Token);
        (await ben.Invoke("Resume", new { token = ben.Token })).Error.ShouldBe(9005);
    }

    [Fact]
    public async Task Where_somebody_else_is_logged_in_it_is_refused()
    {
        var ben = await LogIn("Ben");
        var ann = await LogIn("Ann");

        (await ann.Invoke("Resume", new { token = ben.Token })).Error.ShouldBe(209);

        (await ben.Invoke("GetSessions")).Ok();
        ben.Client.Events.ShouldBeEmpty();
        (await ann.AddSession()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_token_that_is_not_ours_or_not_for_this_is_refused()
    {
        var ben = await LogIn("Ben");
        var access = await Server.Register($"resume {Guid.CreateVersion7()}", "correct horse");
        var caller = new Caller(new UserId(ben.UserId), new DeviceId("d"), "Ben");
        var foreign = new ResumeTokens(new SignedTokens(new TokenKey(new byte[32]), TimeProvider.System), null!).Issue(caller, null);
        var unknownDevice = new ResumeTokens(new SignedTokens(new TokenKey(Server.TokenKey), TimeProvider.System), null!).Issue(caller, null);
        var parts = ben.Token.Split('.');
        var altered = Convert.ToBase64String(Encoding.UTF8.GetBytes(Decode(parts[1]).Replace("Ben", "Eve", StringComparison.Ordinal))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        string[] tokens =
        [
            "", ".", "..", "...", "a.b.c", "null", "\u0000", new('x', 5_000), ben.Token[..^1], ben.Token + "x", access, foreign, unknownDevice,
            $"{parts[0]}.{altered}.{parts[2]}",
            $"{Convert.ToBase64String("""{"typ":"JWT","alg":"none"}"""u8).TrimEnd('=')}.{parts[1]}.",
        ];
        foreach (var token in tokens)
        {
            await Refused(token);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, Server.Url("/api/sessions"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ben.Token}");
        using var response = await Server.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(401);
        (await ben.Invoke("GetSessions")).Ok();
    }

    /// <summary>Whether each event names the one before it.</summary>
    internal static void Chained(IEnumerable<HubEvent> events)
    {
        var stamped = events.Where(e => e.Stamp is not null).ToArray();
        foreach (var (before, after) in stamped.Zip(stamped.Skip(1)))
        {
            after.Stamp!.Prev.ShouldBe(before.Stamp!.Seq, $"{after} does not follow {before}");
        }
    }

    private static string? Presence(HubReply info, Guest guest) => info.Ok().Body.GetProperty("sessionUserDefinitions").EnumerateArray()
        .First(u => u.Text("userId") == guest.UserId).Text("presence");

    private static string Decode(string part) => Encoding.UTF8.GetString(Convert.FromBase64String(
        part.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (part.Length % 4)) % 4)));

    private async Task Refused(string token)
    {
        var client = await Connect();
        var reply = await client.Invoke("Resume", new { token });
        reply.Error.ShouldBe(9005, token);
        reply.Message.ShouldNotBeEmpty();
        (await client.Invoke("GetSessions")).Error.ShouldBe(204);
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
