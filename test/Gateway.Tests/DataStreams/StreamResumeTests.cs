namespace Orchestrator.Tests;

/// <summary>Registrations outlive a connection, and the process.</summary>
public sealed class StreamResumeTests(SharedServer shared) : ServerTest(shared)
{
    [Fact]
    public async Task Who_comes_back_gets_what_it_was_registered_for_and_nothing_that_was_sent_meanwhile()
    {
        var (ann, ben) = (await LogIn("Ann"), await LogIn("Ben"));
        await ben.Join(await ann.AddSession());
        (await Register(ben, ann)).Ok();
        (await Send(ann, "1")).Ok();
        await ben.Client.WaitFor("DataReceived");
        ben.Client.Cut();
        await ann.Client.WaitFor("USER_AWAY");
        (await Send(ann, "2")).Ok();

        var (back, _) = await Guest.Resume(await Connect(), ben.Token, ben.Client.LastPlace);

        (await Send(ann, "3")).Ok();
        await back.Client.WaitFor("DataReceived");
        Packets(back.Client).ShouldBe(["3"]);
    }

    [Fact]
    public async Task A_resume_on_the_same_connection_doubles_nothing()
    {
        var (ann, ben) = (await LogIn("Ann"), await LogIn("Ben"));
        await ben.Join(await ann.AddSession());
        (await Register(ben, ann)).Ok();
        for (var i = 0; i < 5; i++)
        {
            (await Send(ann, $"{i}")).Ok();
            await Guest.Resume(ben.Client, ben.Token, null);
        }

        (await Send(ann, "end")).Ok();
        await ben.Client.WaitFor(e => e.Name == "DataReceived" && e.Data.Text("data") == "end");
        Packets(ben.Client).ShouldBe(["0", "1", "2", "3", "4", "end"]);
    }

    [Fact]
    public async Task The_silent_news_of_a_registration_is_no_gap_in_the_events()
    {
        var (ann, ben) = (await LogIn("Ann"), await LogIn("Ben"));
        await ben.Join(await ann.AddSession());
        (await ann.Invoke("SendMessageToAll", new { message = 1 })).Ok();
        (await Register(ben, ann)).Ok();
        (await ben.Invoke("UnregisterFromAllDataStreams")).Ok();
        (await ann.Invoke("SendMessageToAll", new { message = 2 })).Ok();

        var last = await ben.Client.WaitFor(e => e.Kind == "MessageSent" && e.Data.GetProperty("message").GetInt32() == 2);
        last.Stamp!.Prev.ShouldBe((await ben.Client.WaitFor("MessageSent")).Stamp!.Seq);
        ben.Client.Events.Count.ShouldBe(2);
    }

    [Fact]
    public async Task After_a_restart_of_the_server_who_comes_back_gets_the_packets_again()
    {
        await using var server = await HubServer.Start();
        (string Ann, string Ben) tokens;
        string annId;
        await using (var one = await server.Connect())
        await using (var two = await server.Connect())
        {
            var (ann, ben) = (await Guest.LogIn(one, "Ann"), await Guest.LogIn(two, "Ben"));
            (tokens, annId) = ((ann.Token, ben.Token), ann.UserId);
            await ben.Join(await ann.AddSession());
            (await ann.Invoke("DeclareDataStream", new { kind = "k", description = "kept" })).Ok();
            (await Register(ben, ann)).Ok();
            await server.Stop();
        }

        await server.StartAgain();
        await using var annAgain = await server.Connect();
        await using var benAgain = await server.Connect();
        var (annBack, _) = await Guest.Resume(annAgain, tokens.Ann, null);
        var (benBack, _) = await Guest.Resume(benAgain, tokens.Ben, null);
        (await Send(annBack, "after")).Ok();

        var packet = (await benBack.Client.WaitFor("DataReceived")).Data;
        packet.Text("data").ShouldBe("after");
        packet.Text("description").ShouldBe("kept");
        packet.Text("userId").ShouldBe(annId);
    }

    [Fact]
    public async Task Whoever_logs_in_next_on_the_connection_hears_nothing_of_the_streams_before()
    {
        var (ann, ben) = (await LogIn("Ann"), await LogIn("Ben"));
        var session = await ann.AddSession();
        await ben.Join(session);
        (await Register(ben, ann)).Ok();
        (await ben.Invoke("Logout")).Ok();
        var eve = await Guest.LogIn(ben.Client, "Eve");
        await eve.Join(session);
        (await Send(ann, "not for Eve")).Ok();
        (await Register(eve, ann)).Ok();
        (await Send(ann, "for Eve")).Ok();
        await eve.Client.WaitFor("DataReceived");
        Packets(eve.Client).ShouldBe(["for Eve"]);
    }

    private static Task<HubReply> Register(Guest guest, Guest owner) => guest.Invoke("RegisterForDataStream", new { userId = owner.UserId, kind = "k" });

    private static Task<HubReply> Send(Guest guest, string data) => guest.Invoke("SendData", new { kind = "k", data });

    private static IEnumerable<string> Packets(HubClient client) => client.Events.Where(e => e.Name == "DataReceived").Select(e => e.Data.Text("data"));
}
