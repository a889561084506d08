using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class UserDataGrainTests() : UserDataGrainSuite(copyMessages: false);

public abstract class UserDataGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    private static readonly Payload Hat = Payload.Of("""{"hat":1}""");
    private static readonly Payload Scarf = Payload.Of("""{"scarf":1}""");

    [Fact]
    public async Task An_accounts_data_is_written_when_it_is_answered_and_is_there_after_a_restart()
    {
        await LoginHolder("ann");
        (await Change(Holder("ann"), Hat)).Data.ShouldBe(Hat);
        Host.Storage.Holds("user-data", "ann").ShouldBeTrue("it was answered, so it is written");
        await Change(Holder("ann"), Scarf);
        await Restart();

        await LoginHolder("ann", connection: 2);
        (await User("ann").GetRecord()).UserData.ShouldBe(Payload.Of("""{"hat":1,"scarf":1}"""));
        (await Change(Holder("ann"), null)).Data.ShouldBe(Payload.EmptyObject);
        await Restart();
        await LoginHolder("ann", connection: 3);
        (await User("ann").GetRecord()).UserData.ShouldBe(Payload.EmptyObject);
    }

    [Fact]
    public async Task An_accounts_data_outlives_its_logout()
    {
        await LoginHolder("ann");
        await Change(Holder("ann"), Hat);
        await User("ann").Logout(Device("ann"));
        await LoginHolder("ann", connection: 2);
        (await User("ann").GetOwnData(Holder("ann"))).Data.ShouldBe(Hat);
    }

    [Fact]
    public async Task A_guests_data_is_there_after_a_restart_as_long_as_its_session_is_and_forgotten_with_it()
    {
        var concert = await Open("ann");
        await Change(Caller("ann"), Hat);
        Host.Storage.Count("user-data").ShouldBe(0);
        await Restart();
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        (await User("ann").GetOwnData(Caller("ann"))).Data.ShouldBe(Hat);
        (await Read(concert, "ann")).SessionUserDefinitions.Single().UserData.ShouldBe(Hat);

        await User("ann").Logout(Device("ann"));
        (await RefusalOf(User("ann").GetRecord())).ShouldBe(RefusalCode.UserNotFound);
        await Login("ann", connection: 3);
        (await User("ann").GetOwnData(Caller("ann"))).Data.ShouldBe(Payload.EmptyObject);
    }

    [Fact]
    public async Task The_session_tells_a_change_and_those_who_come_later_find_it()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        var bob = await Follow(Host.Session(concert), Seat("bob"));

        var changed = await Change(Caller("ann"), Hat);

        changed.Session.ShouldBe(concert);
        await Eventually(() => bob.Envelopes.Any(e => e.Event is MemberDataChanged { Data: var data } && data == Hat && e.At == changed.At) ? null : "bob was not told");
        await Login("cid");
        await Change(Caller("cid"), Scarf);
        var joined = await Join("cid", concert);
        joined.Session.SessionUserDefinitions.Select(m => m.UserData).ShouldBe([Hat, null, Scarf]);
        await Eventually(() => bob.Events.OfType<MemberJoined>().Any(e => e.Member.UserData == Scarf) ? null : "bob was not told of cid's");
    }

    [Fact]
    public async Task In_no_session_a_change_has_no_place()
    {
        await Login("ann");
        var changed = await Change(Caller("ann"), Hat);
        changed.Session.ShouldBeNull();
        changed.Data.ShouldBe(Hat);
    }

    [Fact]
    public async Task The_list_of_sessions_is_spared_the_data_of_their_members()
    {
        await Open("ann");
        await Change(Caller("ann"), Hat);
        await Enter("bob", (await User("ann").GetSession(Caller("ann"))).Session.SessionId);
        await Eventually(async () => (await Host.List()) is [{ Session.SessionUsers.Length: 2 }] ? null : "bob is not listed");
        (await Host.List()).Single().Session!.SessionUserDefinitions.ShouldAllBe(m => m.UserData == null);
    }

    [Fact]
    public async Task A_refused_change_changes_nothing()
    {
        foreach (var caller in new[] { Caller("ann"), Holder("bob") })
        {
            await User(caller.User.Value).Login(caller, new Login(Connection(caller.User.Value)));
            await Change(caller, Hat);
            var large = Payload.Of($$"""{"x":"{{new string('x', 1_048_576)}}"}""");
            (await RefusalOf(Change(caller, large))).ShouldBe(RefusalCode.LimitReached);
            (await RefusalOf(Change(caller, Payload.Of("[]")))).ShouldBe(RefusalCode.UserDataMissing);
            (await User(caller.User.Value).GetOwnData(caller)).Data.ShouldBe(Hat);
        }
    }

    [Fact]
    public async Task The_same_key_changes_once_and_a_key_that_changed_does_not_clear()
    {
        foreach (var caller in new[] { Caller("ann"), Holder("bob") })
        {
            var user = User(caller.User.Value);
            await user.Login(caller, new Login(Connection(caller.User.Value)));
            await user.ChangeData(caller, new ChangeUserData(Payload.Of("""{"n":1}"""), "key-0001"));
            await Change(caller, Payload.Of("""{"n":2}"""));
            (await user.ChangeData(caller, new ChangeUserData(Payload.Of("""{"n":1}"""), "key-0001"))).Data.ShouldBe(Payload.Of("""{"n":2}"""));
            (await RefusalOf(user.ChangeData(caller, new ChangeUserData(null, "key-0001")))).ShouldBe(RefusalCode.KeyReused);
        }
    }

    [Fact]
    public async Task While_the_store_fails_an_accounts_change_is_refused_as_temporary_and_its_device_keeps_its_seat()
    {
        var concert = await Open("ann");
        await LoginHolder("bob");
        await User("bob").JoinSession(Holder("bob"), new JoinSession(concert));
        await Change(Holder("bob"), Hat);
        Host.Storage.Failure = _ => new IOException("The disk is gone.");

        (await RefusalOf(Change(Holder("bob"), Scarf))).ShouldBe(RefusalCode.Temporary);
        (await RefusalOf(Change(Caller("ann"), Scarf))).ShouldBeNull("a guest's data waits for no store");
        (await User("bob").GetRecord()).UserData.ShouldBe(Hat);
        (await Read(concert, "bob")).SessionUserDefinitions.Single(m => m.UserId == Id("bob")).Presence.ShouldBe(Presence.Online);
        (await User("bob").Resume(Holder("bob"), Connection("bob", number: 2))).Session.ShouldBe(concert);

        Host.Storage.Failure = null;
        await Eventually(async () => await RefusalOf(Change(Holder("bob"), Scarf)) is { } refused ? $"refused as {refused}" : null);
        (await Read(concert, "bob")).SessionUserDefinitions.Single(m => m.UserId == Id("bob")).UserData.ShouldBe(Payload.Of("""{"hat":1,"scarf":1}"""));
    }

    [Fact]
    public async Task While_the_store_stalls_the_users_other_commands_do_not_wait()
    {
        var concert = await Open("ann");
        await LoginHolder("bob");
        var store = new TaskCompletionSource();
        Host.Storage.Stall = state => state == "user-data" ? store.Task : Task.CompletedTask;

        var change = Change(Holder("bob"), Hat);
        await User("bob").JoinSession(Holder("bob"), new JoinSession(concert));
        await User("bob").LeaveSession(Holder("bob"), new LeaveSession());
        await User("bob").JoinSession(Holder("bob"), new JoinSession(concert));
        (await User("bob").GetRecord()).UserData.ShouldBe(Payload.EmptyObject);
        change.IsCompleted.ShouldBeFalse();

        Host.Storage.Stall = null;
        store.SetResult();
        (await change).Session.ShouldBe(concert);
        (await Read(concert, "bob")).SessionUserDefinitions[1].UserData.ShouldBe(Hat);
    }

    [Fact]
    public async Task Data_that_changes_while_the_session_is_entered_is_not_missing_there()
    {
        var concert = await Open("ann");
        for (var round = 0; round < 50; round++)
        {
            var user = $"user-{round}";
            await Login(user);
            var changing = Change(Caller(user), Hat);
            var joining = Join(user, concert);
            await Task.WhenAll(changing, joining);
            (await Read(concert, "ann")).SessionUserDefinitions.Single(m => m.UserId == Id(user)).UserData.ShouldBe(Hat);
        }
    }

    [Fact]
    public async Task A_change_that_its_users_logout_overtook_leaves_nothing_behind_for_ever()
    {
        await Login("ann");
        await User("ann").Logout(Device("ann"));
        await Change(Caller("ann"), Hat);

        await Until(async () => await RefusalOf(User("ann").GetRecord()) == RefusalCode.UserNotFound ? null : "ann is still there");
        await Until(async () => (await Host.Users()).Count == 0 ? null : "ann is still listed");
        Host.Storage.Count("user").ShouldBe(0);
    }

    [Fact]
    public async Task Removing_the_data_of_an_account_leaves_no_record()
    {
        await LoginHolder("ann");
        await Change(Holder("ann"), Hat);
        await Host.Grains.GetGrain<IUserDataGrain>("ann").Remove();
        Host.Storage.Holds("user-data", "ann").ShouldBeFalse();
        await Host.Grains.GetGrain<IUserDataGrain>("ann").Remove();
        (await Host.Grains.GetGrain<IUserDataGrain>("ann").Get()).Data.ShouldBeNull();
    }

    private Task<UserDataAt> Change(Caller caller, Payload? patch) => User(caller.User.Value).ChangeData(caller, new ChangeUserData(patch));

    private Task<UserEntered> LoginHolder(string user, int connection = 1) =>
        User(user).Login(Holder(user), new Login(Connection(user, number: connection)));
}
