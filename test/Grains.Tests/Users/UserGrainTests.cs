using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class UserGrainTests() : UserGrainSuite(copyMessages: false);

public abstract class UserGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    [Fact]
    public async Task A_session_from_its_first_to_its_last_moment()
    {
        await Login("ann");
        var entered = await User("ann").AddSession(Caller("ann"), Add("  Concert "));
        var concert = entered.Session.SessionId;
        entered.Session.SessionName.ShouldBe("Concert");
        entered.Session.SessionMaster.ShouldBe(Id("ann"));
        await Login("bob");
        (await Join("bob", concert)).Session.SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
        (await User("bob").GetSession(Caller("bob"))).Session.SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
        (await Leave("ann")).Session.ShouldBe(concert);
        (await User("ann").GetSession(Caller("ann"))).Session.SessionUsers.ShouldBe([Id("bob")]);
        await Leave("bob");
        await Delete("ann", concert);

        (await RefusalOf(User("ann").GetSession(Caller("ann")))).ShouldBe(RefusalCode.NotJoined);
        (await Host.Session(concert).Exists()).ShouldBeFalse();
        await Eventually(async () => (await Host.List()).Count == 0 ? null : "it is still listed");
        await Eventually(() => Host.Storage.Holds("session", concert.Value) ? "its record is still there" : null);
    }

    [Fact]
    public async Task Joins_are_refused_for_what_is_not_there_then_for_being_in_it_then_for_being_elsewhere()
    {
        var concert = await Open("ann");
        var rehearsal = await Open("bob", "Rehearsal");
        (await RefusalOf(Join("ann", new SessionId("nowhere")))).ShouldBe(RefusalCode.SessionNotFound);
        (await RefusalOf(Join("ann", concert))).ShouldBe(RefusalCode.AlreadyInThisSession);
        (await RefusalOf(Join("ann", rehearsal))).ShouldBe(RefusalCode.AlreadyInSession);
        await Login("cid");
        (await RefusalOf(Join("cid", new SessionId("nowhere")))).ShouldBe(RefusalCode.SessionNotFound);
    }

    [Fact]
    public async Task Adding_a_session_while_in_another_is_refused_and_adds_none()
    {
        await Open("ann");
        (await RefusalOf(User("ann").AddSession(Caller("ann"), Add("Second")))).ShouldBe(RefusalCode.AlreadyInSession);
        await Eventually(async () => (await Host.List()).Count == 1 ? null : "the list has not one session");
    }

    [Fact]
    public async Task Administering_too_many_sessions_is_refused_until_one_is_deleted()
    {
        var first = await Open("ann");
        await Leave("ann");
        for (var i = 0; i < 2; i++)
        {
            await User("ann").AddSession(Caller("ann"), Add());
            await Leave("ann");
        }

        (await RefusalOf(User("ann").AddSession(Caller("ann"), Add()))).ShouldBe(RefusalCode.LimitReached);
        await Delete("ann", first);
        (await RefusalOf(User("ann").AddSession(Caller("ann"), Add()))).ShouldBeNull();
    }

    [Fact]
    public async Task Deletes_are_refused_for_what_is_not_there_then_to_others_then_while_somebody_is_in_it()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        (await RefusalOf(Delete("ann", new SessionId("nowhere")))).ShouldBe(RefusalCode.SessionNotFound);
        (await RefusalOf(Delete("bob", concert))).ShouldBe(RefusalCode.NotAdministrator);
        (await RefusalOf(Delete("ann", concert))).ShouldBe(RefusalCode.SessionNotEmpty);
    }

    [Fact]
    public async Task Leaving_while_in_none_is_refused()
    {
        await Login("ann");
        (await RefusalOf(Leave("ann"))).ShouldBe(RefusalCode.NotInSession);
        await Open("bob");
        await Leave("bob");
        (await RefusalOf(Leave("bob"))).ShouldBe(RefusalCode.NotInSession);
    }

    [Fact]
    public async Task Leaving_right_after_the_session_closed_succeeds_once()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await User("ann").Logout(Device("ann"));
        (await Leave("bob")).Session.ShouldBe(concert);
        (await RefusalOf(Leave("bob"))).ShouldBe(RefusalCode.NotInSession);
    }

    [Fact]
    public async Task Who_was_in_a_session_that_closed_may_join_another_at_once()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        var rehearsal = await Open("cid", "Rehearsal");
        await User("ann").Logout(Device("ann"));
        (await RefusalOf(Join("bob", rehearsal))).ShouldBeNull();
        await Enter("dan", rehearsal);
        await User("cid").Logout(Device("cid"));
        (await RefusalOf(User("dan").AddSession(Caller("dan"), Add("Third")))).ShouldBeNull();
    }

    [Fact]
    public async Task Joining_again_the_session_that_closed_under_one_is_refused_as_not_found()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await User("ann").Logout(Device("ann"));
        (await RefusalOf(Join("bob", concert))).ShouldBe(RefusalCode.SessionNotFound);
    }

    [Fact]
    public async Task Without_a_session_of_its_own_a_user_reads_the_oldest_that_it_administers()
    {
        var first = await Open("ann", "First");
        await Leave("ann");
        await User("ann").AddSession(Caller("ann"), Add("Second"));
        (await User("ann").GetSession(Caller("ann"))).Session.SessionName.ShouldBe("Second");
        await Leave("ann");
        (await User("ann").GetSession(Caller("ann"))).Session.SessionId.ShouldBe(first);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_session()
    {
        await Login("ann");
        var first = await User("ann").AddSession(Caller("ann"), Add(key: "key-0001"));
        var again = await User("ann").AddSession(Caller("ann"), Add(key: "key-0001"));
        again.Session.SessionId.ShouldBe(first.Session.SessionId);
        again.At.ShouldBe(first.At);
        await Eventually(async () => (await Host.List()).Count == 1 ? null : "the list has not one session");
        (await User("ann").GetSession(Caller("ann"))).Session.MasterEpoch.ShouldBe(1);
    }

    [Fact]
    public async Task A_repeated_key_does_nothing_a_second_time_whatever_happened_since()
    {
        await Login("ann");
        var added = await User("ann").AddSession(Caller("ann"), Add(key: "add"));
        var session = added.Session.SessionId;
        var left = await Leave("ann", "leave");
        (await Leave("ann", "leave")).ShouldBe(left);
        var joined = await Join("ann", session, "join");
        (await Join("ann", session, "join")).At.ShouldBe(joined.At);
        await Leave("ann");
        var delete = new DeleteSession(session, "delete");
        await User("ann").DeleteSession(Caller("ann"), delete);
        await User("ann").DeleteSession(Caller("ann"), delete);
        (await RefusalOf(User("ann").AddSession(Caller("ann"), Add(key: "add")))).ShouldBe(RefusalCode.SessionNotFound);
        (await RefusalOf(Join("ann", session, "join"))).ShouldBe(RefusalCode.SessionNotFound);

        (await Host.List()).ShouldBeEmpty();
        (await RefusalOf(Leave("ann", "join"))).ShouldBe(RefusalCode.KeyReused);
    }

    [Fact]
    public async Task The_same_key_of_another_user_gives_another_session()
    {
        await Login("ann");
        await Login("bob");
        var anns = await User("ann").AddSession(Caller("ann"), Add(key: "key-0001"));
        var bobs = await User("bob").AddSession(Caller("bob"), Add(key: "key-0001"));
        bobs.Session.SessionId.ShouldNotBe(anns.Session.SessionId);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_session_after_a_restart()
    {
        await Login("ann");
        var first = await User("ann").AddSession(Caller("ann"), Add(key: "key-0001"));
        await Restart();
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        (await User("ann").AddSession(Caller("ann"), Add(key: "key-0001"))).Session.SessionId.ShouldBe(first.Session.SessionId);
    }

    [Fact]
    public async Task A_join_with_the_same_key_joins_once_and_is_answered_with_the_session_as_it_is()
    {
        var concert = await Open("ann");
        await Login("bob");
        var first = await Join("bob", concert, "key-0001");
        await Enter("cid", concert);
        var again = await Join("bob", concert, "key-0001");
        again.At.ShouldBeGreaterThan(first.At);
        again.Session.SessionUsers.ShouldBe([Id("ann"), Id("bob"), Id("cid")]);
        (await RefusalOf(Join("bob", concert, "key-0002"))).ShouldBe(RefusalCode.AlreadyInThisSession);
    }

    [Fact]
    public async Task A_key_used_for_another_command_is_refused()
    {
        var concert = await Open("ann");
        await Login("bob");
        await Join("bob", concert, "key-0001");
        (await RefusalOf(Host.Session(concert).SendMessage(Caller("bob"), new SendMessage(Text("x"), Key: "key-0001")))).ShouldBe(RefusalCode.KeyReused);
    }

    [Fact]
    public async Task Logging_out_the_last_device_leaves_the_session_and_closes_the_administered_ones()
    {
        var first = await Open("ann", "First");
        await Enter("bob", first);
        await Leave("ann");
        var second = (await User("ann").AddSession(Caller("ann"), Add("Second"))).Session.SessionId;
        var third = await Open("cid", "Third");
        await Leave("ann");
        await Join("ann", third);
        var bob = await Follow(Host.Session(first), Seat("bob"));

        await User("ann").Logout(Device("ann"));
        (await Host.Session(first).Exists()).ShouldBeFalse();
        (await Host.Session(second).Exists()).ShouldBeFalse();
        (await Read(third, "cid")).SessionUsers.ShouldBe([Id("cid")]);
        await Eventually(() => bob.Events.LastOrDefault() is SessionClosed { Reason: CloseReason.AdministratorLoggedOut } ? null : "bob was not told");
    }

    [Fact]
    public async Task Logging_out_one_of_two_devices_leaves_everything_as_it_is()
    {
        var concert = await Open("ann");
        await Login("ann", device: 2);
        await User("ann").Logout(Device("ann"));
        (await Read(concert, "ann")).SessionUsers.ShouldBe([Id("ann")]);
        (await RefusalOf(User("ann").Resume(Caller("ann"), Connection("ann", 1, 2)))).ShouldBe(RefusalCode.ResumeExpired);
    }

    [Fact]
    public async Task When_the_device_that_was_there_logs_out_and_the_other_one_is_lost_the_user_is_away_and_then_gone()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Login("bob", device: 2);
        await Lose("bob");
        Presence(await Read(concert, "ann"), "bob").ShouldBe(Sessions.Presence.Online);

        await User("bob").Logout(Device("bob", 2));
        Presence(await Read(concert, "ann"), "bob").ShouldBe(Sessions.Presence.Away);
        await Until(() => Differs(concert, "ann", "ann"));
    }

    [Fact]
    public async Task Logging_out_twice_is_fine()
    {
        await Open("ann");
        await User("ann").Logout(Device("ann"));
        await User("ann").Logout(Device("ann"));
        await User("nobody").Logout(Device("nobody"));
    }

    [Fact]
    public async Task A_guest_is_forgotten_with_its_last_device_and_its_record_is_gone()
    {
        await Open("ann");
        await Eventually(() => Host.Storage.Holds("user", "ann") ? null : "there is no record yet");
        await User("ann").Logout(Device("ann"));
        await Eventually(() => Host.Storage.Count("user") + Host.Storage.Count("session") == 0 ? null : "there are still records");
        (await RefusalOf(User("ann").Resume(Caller("ann"), Connection("ann")))).ShouldBe(RefusalCode.ResumeExpired);
    }

    [Fact]
    public async Task A_guest_is_forgotten_after_the_grace_period_and_its_record_is_gone()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Lose("bob");
        await Until(() => Differs(concert, "ann", "ann"));
        await Until(() => Task.FromResult(Host.Storage.Holds("user", "bob") ? "bob's record is still there" : null));
        (await RefusalOf(User("bob").Resume(Caller("bob"), Connection("bob")))).ShouldBe(RefusalCode.ResumeExpired);
    }

    [Fact]
    public async Task What_a_command_enters_that_was_overtaken_by_the_logout_is_left_again_after_the_grace_period()
    {
        var concert = await Open("bob");
        await Login("ann");
        await User("ann").Logout(Device("ann"));
        await User("ann").AddSession(Caller("ann"), Add("Late"));
        await User("ann").LeaveSession(Caller("ann"), new LeaveSession());
        await Join("ann", concert);

        await Until(async () => (await Host.List()) is [var only] && only.SessionId == concert ? null : "the administrator's session is still there");
        await Until(async () => await Host.Session(concert).HasMember(Id("ann")) ? "ann is still in it" : null);
        await Until(() => Task.FromResult(Host.Storage.Holds("user", "ann") ? "the record is still there" : null));
    }

    [Fact]
    public async Task A_user_that_resumes_in_time_keeps_its_seat()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Lose("bob");
        Presence(await Read(concert, "ann"), "bob").ShouldBe(Sessions.Presence.Away);
        Time.Advance(TimeSpan.FromSeconds(20));
        (await User("bob").Resume(Caller("bob"), Connection("bob", number: 2))).Session.ShouldBe(concert);
        Presence(await Read(concert, "ann"), "bob").ShouldBe(Sessions.Presence.Online);
        Time.Advance(TimeSpan.FromSeconds(60));
        (await Read(concert, "ann")).SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
    }

    [Fact]
    public async Task News_of_a_superseded_connection_is_ignored()
    {
        var concert = await Open("ann");
        var ann = await Follow(User("ann"), Seat("ann"));
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        await Lose("ann", connection: 1);
        Presence(await Read(concert, "ann"), "ann").ShouldBe(Sessions.Presence.Online);
        await Eventually(() => ann.Events.Contains(new ConnectionSuperseded(Connection("ann"))) ? null : "the old connection was not told");
    }

    [Fact]
    public async Task What_a_silo_that_was_cut_off_says_of_a_user_who_is_back_is_ignored()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        var before = Time.GetUtcNow().ToUnixTimeMilliseconds();
        await Restart();
        await User("bob").Resume(Caller("bob"), Connection("bob", number: 2));
        await Host.Session(concert).WentAway(Id("bob"), before);
        Presence(await Read(concert, "ann"), "bob").ShouldBe(Sessions.Presence.Online);
    }

    [Fact]
    public async Task A_device_too_many_is_refused()
    {
        await Login("ann", 1);
        await Login("ann", 2);
        await Login("ann", 3);
        (await RefusalOf(Login("ann", 4))).ShouldBe(RefusalCode.LimitReached);
    }

    [Fact]
    public async Task The_other_device_learns_where_its_user_goes()
    {
        await Login("ann", 1);
        await Login("ann", 2);
        var first = await Follow(User("ann"), Seat("ann", 1), "west");
        var second = await Follow(User("ann"), Seat("ann", 2), "east");
        var entered = await User("ann").AddSession(Caller("ann", 1), Add());
        await Leave("ann");

        await Eventually(() => second.Events.Count() == 2 ? null : "the other device has not had both");
        second.Events.ShouldBe([new SessionTakenUp(entered.Session.SessionId, entered.At), new SessionGivenUp(entered.Session.SessionId)]);
        first.Events.ShouldNotContain(e => e is SessionTakenUp);
        second.Envelopes.Select(e => e.At.Seq).Order().ShouldBe(second.Envelopes.Select(e => e.At.Seq));
    }

    [Fact]
    public async Task Both_devices_see_the_session_and_the_one_that_leaves_takes_the_other_with_it()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Login("bob", device: 2);
        var second = await Follow(Host.Session(concert), Seat("bob", 2));
        await Host.Session(concert).SendMessage(Caller("ann"), new SendMessage(Text("hello"), Id("bob")));
        await Leave("bob");
        await Host.Session(concert).SendMessage(Caller("ann"), new SendMessage(Text("bye")));

        await Eventually(() => second.Events.Any(e => e is MemberLeft) ? null : "the other device was not told");
        second.Events.Select(e => e.GetType()).ShouldBe([typeof(MessageSent), typeof(MemberLeft)]);
    }

    [Fact]
    public async Task A_user_is_told_to_its_own_devices_only()
    {
        await Login("ann");
        (await RefusalOf(User("ann").Subscribe(Host.Gateway(new RecordingRelay()), Seat("bob"), null))).ShouldBe(RefusalCode.NotAllowed);
        var start = await User("ann").Subscribe(Host.Gateway(new RecordingRelay()), Seat("ann"), null);
        start.Snapshot.ShouldBe(new UserSnapshot(null));
        await User("ann").Unsubscribe("west", Connection("ann"));
    }

    [Fact]
    public async Task After_a_restart_a_session_is_there_with_its_members_away_until_they_resume()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Restart();
        var back = await Read(concert, "ann");
        back.SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
        back.SessionUserDefinitions.ShouldAllBe(m => m.Presence == Sessions.Presence.Away);

        (await User("bob").Resume(Caller("bob"), Connection("bob", number: 2))).Session.ShouldBe(concert);
        Presence(await Read(concert, "bob"), "bob").ShouldBe(Sessions.Presence.Online);
        Presence(await Read(concert, "bob"), "ann").ShouldBe(Sessions.Presence.Away);
    }

    [Fact]
    public async Task After_a_restart_those_who_do_not_resume_are_gone_after_the_grace_period()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Restart();
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        await Until(() => Differs(concert, "ann", "ann"));
        await Until(() => Task.FromResult(Host.Storage.Holds("user", "bob") ? "bob's record is still there" : null));
        (await RefusalOf(User("bob").Resume(Caller("bob"), Connection("bob", number: 3)))).ShouldBe(RefusalCode.ResumeExpired);
    }

    [Fact]
    public async Task After_a_restart_who_was_in_no_session_may_come_back_too_and_its_keys_are_known()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        var left = await Leave("bob", "key-0001");
        await Restart();
        (await User("bob").Resume(Caller("bob"), Connection("bob", number: 2))).Session.ShouldBeNull();
        (await Leave("bob", "key-0001")).ShouldBe(left);
    }

    [Fact]
    public async Task A_session_that_was_deleted_before_the_reply_was_lost_is_deleted_for_the_repeat_of_the_key()
    {
        var concert = await Open("ann");
        await Leave("ann");
        await Host.Session(concert).Delete(Caller("ann"), new DeleteSession(concert, "key-0001"));
        (await RefusalOf(Delete("ann", concert))).ShouldBe(RefusalCode.SessionNotFound);
        (await RefusalOf(Delete("ann", concert, "key-0001"))).ShouldBeNull();
        (await RefusalOf(Delete("ann", concert, "key-0002"))).ShouldBe(RefusalCode.SessionNotFound);
    }

    [Fact]
    public async Task After_a_restart_to_which_nobody_comes_back_nothing_is_left()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Listed(concert);
        await Restart();
        // The list is what every gateway asks for first; it wakes the rest.
        await Host.List();
        await Until(() => Task.FromResult(
            Host.Storage.Count("user") + Host.Storage.Count("session") == 0 ? null : $"still there: {Host.Storage.Records}"));
        await Until(async () => (await Host.List()).Count == 0 ? null : "it is still listed");
    }

    [Fact]
    public async Task After_a_restart_the_list_is_complete_again()
    {
        var concert = await Open("ann");
        var rehearsal = await Open("bob", "Rehearsal");
        await Listed(concert);
        await Listed(rehearsal);
        await Restart();
        await Eventually(async () =>
        {
            var listed = (await Host.List()).Select(r => r.SessionId.Value).Order(StringComparer.Ordinal);
            return listed.SequenceEqual(new[] { concert.Value, rehearsal.Value }.Order(StringComparer.Ordinal)) ? null : string.Join(' ', listed);
        });
    }

    [Fact]
    public async Task A_session_that_finds_its_user_is_taken_up_even_if_the_user_did_not_know()
    {
        var concert = await Open("ann");
        await Login("bob");
        // As if bob's grain had not come to record the answer.
        await Host.Session(concert).Join(Caller("bob"), new JoinSession(concert));
        var bob = await Follow(User("bob"), Seat("bob"));
        await User("bob").FoundIn(concert);
        await Eventually(() => bob.Events.Contains(new SessionTakenUp(concert, default)) ? null : "bob was not told");
        (await User("bob").GetSession(Caller("bob"))).Session.SessionId.ShouldBe(concert);
    }

    [Fact]
    public async Task A_join_that_was_lost_on_its_way_back_is_ended_by_the_next_one()
    {
        var concert = await Open("ann");
        await Login("bob");
        await Host.Session(concert).Join(Caller("bob"), new JoinSession(concert));
        (await Join("bob", concert)).Session.SessionUsers.ShouldBe([Id("ann"), Id("bob")]);
        (await RefusalOf(Join("bob", concert))).ShouldBe(RefusalCode.AlreadyInThisSession);
        await Leave("bob");
        (await Read(concert, "ann")).SessionUsers.ShouldBe([Id("ann")]);
    }

    [Fact]
    public async Task A_session_that_is_woken_finds_who_is_in_it_and_does_not_know()
    {
        var concert = await Open("ann");
        await Login("bob");
        await Host.Session(concert).Join(Caller("bob"), new JoinSession(concert));
        var bob = await Follow(User("bob"), Seat("bob"));
        await Host.Session(concert).Wake();
        await Eventually(() => bob.Events.Contains(new SessionTakenUp(concert, default)) ? null : "bob was not told");
    }

    [Fact]
    public async Task Users_that_their_session_could_not_reach_are_asked_again()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Host.Stop();
        var (ann, bob) = (Host.Storage.Writes("user", "ann"), Host.Storage.Writes("user", "bob"));
        var asked = 0;
        Host.Storage.Failure = state => state == "user" && Interlocked.Increment(ref asked) > 0 ? new IOException("No disk.") : null;
        // Nothing else that would wake them may happen: nobody is put out.
        await Restart(new Limits { GraceSeconds = 3_600 });
        await Host.Session(concert).Exists();
        await Until(() => Task.FromResult(Volatile.Read(ref asked) > 3 ? null : "they have not been asked twice"));
        Host.Storage.Failure = null;

        // Who is woken takes an epoch.
        await Until(() => Task.FromResult(Host.Storage.Writes("user", "ann") > ann && Host.Storage.Writes("user", "bob") > bob ? null : "they have not been reached"));
    }

    [Fact]
    public async Task A_session_that_the_list_could_not_reach_is_asked_again()
    {
        var concert = await Open("ann");
        await Listed(concert);
        await Host.Stop();
        Host.Storage.Failure = static state => state == "session" ? new IOException("No disk.") : null;
        // Its members do not come back, and it must not be over before it is asked again.
        await Restart(new Limits { GraceSeconds = 3_600 });
        var list = Host.List();
        await Until(() => Task.FromResult(list.IsCompleted ? null : "it is still waited for"));
        (await list).ShouldBeEmpty();
        Host.Storage.Failure = null;

        await Until(async () => (await Host.List()).Any(report => report.SessionId == concert) ? null : "the session is not listed");
    }

    [Fact]
    public async Task A_session_that_finds_a_user_that_is_in_another_lets_it_go()
    {
        var concert = await Open("ann");
        var rehearsal = await Open("bob", "Rehearsal");
        await Host.Session(concert).Join(Caller("bob"), new JoinSession(concert));
        await User("bob").FoundIn(concert);
        await Eventually(() => Differs(concert, "ann", "ann"));
        (await Read(rehearsal, "bob")).SessionUsers.ShouldBe([Id("bob")]);
    }

    [Fact]
    public async Task A_session_that_finds_a_user_nobody_remembers_leaves_no_record_of_it_for_ever()
    {
        var concert = await Open("ann");
        await Host.Session(concert).Join(Caller("ghost"), new JoinSession(concert));
        await User("ghost").FoundIn(concert);
        await Eventually(() => Host.Storage.Holds("user", "ghost") || !Host.Storage.Holds("user", "ann") ? null : "the ghost has not been found");
        await Until(() => Task.FromResult(Host.Storage.Holds("user", "ghost") ? "the ghost's record is still there" : null));
        await Until(() => Differs(concert, "ann", "ann"));
    }

    [Fact]
    public async Task A_stale_pointer_refuses_nothing()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Host.Session(concert).LoggedOut(Id("bob"));
        (await RefusalOf(Join("bob", concert))).ShouldBeNull();
        await Host.Session(concert).LoggedOut(Id("bob"));
        (await RefusalOf(User("bob").GetSession(Caller("bob")))).ShouldBe(RefusalCode.NotJoined);
        (await RefusalOf(Leave("bob"))).ShouldBe(RefusalCode.NotInSession);
    }

    [Fact]
    public async Task A_store_that_is_away_stops_no_session()
    {
        Host.Storage.Failure = _ => new IOException("The disk is gone.");
        var concert = await Open("ann");
        await Enter("bob", concert);
        var bob = await Follow(Host.Session(concert), Seat("bob"));
        await Host.Session(concert).SendMessage(Caller("ann"), new SendMessage(Text("hello")));
        await Eventually(() => bob.Events.Any(e => e is MessageSent) ? null : "no message");
        Host.Storage.Holds("session", concert.Value).ShouldBeFalse();

        Host.Storage.Failure = null;
        await Until(() => Task.FromResult(Host.Storage.Holds("session", concert.Value) && Host.Storage.Holds("user", "bob") ? null : "not written yet"));
    }

    [Fact]
    public async Task A_message_with_a_key_is_answered_when_its_key_is_kept_and_one_without_at_once()
    {
        var concert = await Open("ann");
        var ann = await Follow(Host.Session(concert), Seat("ann"));
        var store = new TaskCompletionSource();
        Host.Storage.Stall = state => state == "session" ? store.Task : Task.CompletedTask;
        var keyed = Host.Session(concert).SendMessage(Caller("ann"), new SendMessage(Text("hello"), Key: "key-0001"));
        await Eventually(() => ann.Events.Any(e => e is MessageSent) ? null : "no message");
        await Host.Session(concert).SendMessage(Caller("ann"), new SendMessage(Text("bye")));
        keyed.IsCompleted.ShouldBeFalse();

        Host.Storage.Stall = null;
        store.SetResult();
        var at = await keyed;
        await Restart();
        (await Host.Session(concert).SendMessage(Caller("ann"), new SendMessage(Text("hello"), Key: "key-0001"))).ShouldBe(at);
    }

    private static Presence Presence(SessionRecord session, string user) => session.SessionUserDefinitions.Single(m => m.UserId == Id(user)).Presence;
}
