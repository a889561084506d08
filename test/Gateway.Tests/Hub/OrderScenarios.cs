namespace Orchestrator.Tests;

/// <summary>The order that must hold: section 3 of the VRTogether specification.</summary>
public abstract class OrderScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task All_members_see_one_order_and_each_sender_keeps_its_own()
    {
        const int Each = 60;
        var (_, members) = await Meet("Ann", "Ben", "Eve", "Kim", "Lou");

        await Task.WhenAll(members.Select(m => SendAll(m, Each)));

        var total = Each * members.Length;
        foreach (var member in members)
        {
            await Eventually(() => Sent(member).Length == total ? null : $"{Sent(member).Length} of {total} came");
        }

        var seen = Sent(members[0]);
        foreach (var member in members)
        {
            Sent(member).ShouldBe(seen);
            seen.Where(s => s.StartsWith(member.Id, StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, Each).Select(i => $"{member.Id} {i}"));
        }
    }

    [Fact]
    public async Task What_one_sends_to_itself_comes_before_the_answer()
    {
        var (_, members) = await Meet("Ann", "Ben");
        var ann = members[0];
        for (var i = 0; i < 20; i++)
        {
            (await ann.Client.SendMessageToAll($"to all {i}")).Ok();
            (await ann.Client.SendMessage(ann.Id, $"to me {i}")).Ok();
            (await ann.Client.SendSceneEventToMaster($"to the master {i}")).Ok();
            (await ann.Client.SendSceneEventToAllUsers($"to all users {i}")).Ok();
        }

        await ann.Client.CatchUp(ann.Id, "the end");
        var heard = ann.Client.Heard.SkipWhile(h => h.What != "MessageSent").ToArray();
        for (var i = 0; i < 80; i++)
        {
            heard[2 * i].IsAnswer.ShouldBeFalse($"{i}: {heard[2 * i]}");
            heard[(2 * i) + 1].IsAnswer.ShouldBeTrue($"{i}: {heard[(2 * i) + 1]}");
        }
    }

    [Fact]
    public async Task A_joiners_events_begin_right_after_its_answer_and_none_is_missing()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        var joiners = new List<Person>();
        using var enough = new CancellationTokenSource();
        var sending = SendUntil(ann, enough.Token);
        for (var i = 0; i < 10; i++)
        {
            var joiner = await Enter($"joiner {i}");
            joiners.Add(joiner);
            (await joiner.Client.JoinSession(session)).Ok();
        }

        // The last joiner hears at least one, so that it hears the last one too.
        await joiners[^1].Client.WaitFor("MessageSent", _ => true);
        await enough.CancelAsync();
        var sent = await sending;
        foreach (var person in joiners.Append(ben))
        {
            await person.Client.WaitFor("MessageSent", d => d.GetProperty("message").GetInt32() == sent - 1);
        }

        var order = ben.Client.Events();
        foreach (var joiner in joiners)
        {
            joiner.Client.Heard.TakeWhile(h => !(h.IsAnswer && h.What == "JoinSession")).ShouldAllBe(h => h.IsAnswer);
            var expected = order.SkipWhile(e => !IsJoinOf(e, joiner.Id)).Skip(1).Select(e => e.ToString()).ToArray();
            joiner.Client.Events().Select(e => e.ToString()).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task A_leaver_receives_everything_before_its_answer_and_nothing_after()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);
        var leavers = new List<Person>();
        for (var i = 0; i < 8; i++)
        {
            var leaver = await Enter($"leaver {i}");
            leavers.Add(leaver);
            (await leaver.Client.JoinSession(session)).Ok();
        }

        using var enough = new CancellationTokenSource();
        var sending = SendUntil(ann, enough.Token);
        foreach (var leaver in leavers)
        {
            await leaver.Client.WaitFor("MessageSent");
            (await leaver.Client.LeaveSession()).Ok();
        }

        await enough.CancelAsync();
        var sent = await sending;
        await ben.Client.WaitFor("MessageSent", d => d.GetProperty("message").GetInt32() == sent - 1);
        // The last message may have come before the last leaver left.
        await ben.Client.WaitFor("USER_LEFT_SESSION", d => d.GetProperty("eventData").GetProperty("userId").GetString() == leavers[^1].Id);
        var order = ben.Client.Events();
        foreach (var leaver in leavers)
        {
            leaver.Client.Heard[^1].ShouldSatisfyAllConditions(
                h => h.What.ShouldBe("LeaveSession"),
                h => h.IsAnswer.ShouldBeTrue());
            var expected = order
                .SkipWhile(e => !IsJoinOf(e, leaver.Id)).Skip(1)
                .TakeWhile(e => !(e.What == "USER_LEFT_SESSION" && UserOf(e) == leaver.Id))
                .Select(e => e.ToString());
            leaver.Client.Events().Select(e => e.ToString()).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Commands_of_all_kinds_are_processed_in_the_order_sent()
    {
        var (session, members) = await Meet("Ann", "Ben");
        var (ann, ben) = (members[0], members[1]);

        Task<Answered>[] calls =
        [
            ben.Client.SendMessageToAll("1"),
            ben.Client.SendSceneEventToMaster("2"),
            ben.Client.SendMessage(ann.Id, "3"),
            ben.Client.LeaveSession(),
            ben.Client.SendMessageToAll("not sent"),
            ben.Client.JoinSession(session),
            ben.Client.SendSceneEventToAllUsersDirect("4"),
        ];
        var answers = await Task.WhenAll(calls);

        answers.Select(a => a.Error).ShouldBe([0, 0, 0, 0, 800, 0, 0]);
        await ann.Client.WaitFor("SceneEventToUser");
        ann.Client.Events().Select(e => e.What).ShouldBe(
            ["USER_JOINED_SESSION", "MessageSent", "SceneEventToMaster", "MessageSent", "USER_LEFT_SESSION", "USER_JOINED_SESSION", "SceneEventToUser"]);
        ben.Client.Heard.Where(h => h.IsAnswer).Select(h => h.What).Skip(2).ShouldBe(
            [
                "SendMessageToAll", "SendSceneEventToMaster", "SendMessage", "LeaveSession",
                "SendMessageToAll", "JoinSession", "SendSceneEventToAllUsersDirect",
            ]);
    }

    /// <summary>Alternates between the kinds, without waiting for answers.</summary>
    private static async Task SendAll(Person person, int count)
    {
        var answers = Enumerable.Range(0, count).Select(i => (i % 3) switch
        {
            0 => person.Client.SendMessageToAll($"{person.Id} {i}"),
            1 => person.Client.SendSceneEventToAllUsersDirect($"{person.Id} {i}"),
            _ => person.Client.SendMessageToAll($"{person.Id} {i}"),
        });
        foreach (var answer in await Task.WhenAll(answers.ToArray()))
        {
            answer.Ok();
        }
    }

    private static string[] Sent(Person person) =>
    [
        .. person.Client.Events()
            .Where(e => e.What is "MessageSent" or "SceneEventToUser")
            .Select(e => e.Data.Text(e.What == "MessageSent" ? "message" : "sceneEventData")),
    ];

    /// <summary>Sends 0, 1, 2 and so on; gives how many.</summary>
    private static async Task<int> SendUntil(Person person, CancellationToken enough)
    {
        var sent = 0;
        while (!enough.IsCancellationRequested || sent == 0)
        {
            (await person.Client.SendMessageToAll(sent++)).Ok();
        }

        return sent;
    }

    private static bool IsJoinOf(Heard heard, string user) => heard.What == "USER_JOINED_SESSION" && UserOf(heard) == user;

    private static string? UserOf(Heard heard) => heard.Data.GetProperty("eventData").GetProperty("userId").GetString();
}
