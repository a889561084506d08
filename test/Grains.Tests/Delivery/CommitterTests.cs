using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Delivery;

public sealed class CommitterTests
{
    private static readonly SourceId Here = SourceId.Of(new SessionId("concert"));
    private static readonly CommandKey Key = new("ann", "key");

    [Fact]
    public void A_durable_change_is_published_and_answered_when_it_is_written() => Run(c =>
    {
        c.Store.Hold();
        var reply = c.Durable(1);
        c.UntilIdle();
        reply.IsCompleted.ShouldBeFalse();
        c.Published.ShouldBeEmpty();

        c.Store.LetAllGo();
        c.UntilIdle();
        Answer(reply).ShouldBe(1);
        c.Published.ShouldBe([1]);
        c.Store.Written.ShouldHaveSingleItem()!.State!.Numbers.ShouldBe([1]);
    });

    [Fact]
    public void A_hundred_waiting_commands_cost_two_writes_one_after_the_other() => Run(c =>
    {
        c.Store.Hold();
        var replies = Enumerable.Range(1, 100).Select(n => c.Durable(n)).ToList();
        c.UntilIdle();
        c.Store.Begun.ShouldBe(1);

        c.Store.LetOneGo();
        c.UntilIdle();
        Answer(replies[0]).ShouldBe(1);
        replies[1].IsCompleted.ShouldBeFalse();
        c.Published.ShouldBe([1]);

        c.Store.LetAllGo();
        c.UntilIdle();
        c.Store.Begun.ShouldBe(2);
        c.Store.InFlightMax.ShouldBe(1);
        replies.Select(Answer).ShouldBe(Enumerable.Range(1, 100));
        c.Published.ShouldBe(Enumerable.Range(1, 100));
        c.Answered.ShouldBe(Enumerable.Range(1, 100));
        c.Store.Written[^1]!.State!.Numbers.ShouldBe(Enumerable.Range(1, 100));
    });

    [Fact]
    public void What_is_published_is_what_follows_from_it_too() => Run(c =>
    {
        c.Store.Hold();
        _ = c.Durable(1);
        c.FollowedUp.ShouldBe(0);
        c.Store.LetAllGo();
        c.UntilIdle();
        c.FollowedUp.ShouldBe(1);
    });

    [Fact]
    public void A_refused_command_writes_and_publishes_nothing() => Run(c =>
    {
        var reply = c.Committer.Durable<int>(null, () => throw new Refusal(RefusalCode.NameTaken, "No."), () => 1);
        CodeOf(reply).ShouldBe(RefusalCode.NameTaken);
        RefusalOf(() => c.Committer.Live<int>(Key, () => throw new Refusal(RefusalCode.NameTaken, "No."), () => 1)).ShouldBe(RefusalCode.NameTaken);
        c.Store.Begun.ShouldBe(0);
        c.Live(2, Key).ShouldBe(2);
    });

    [Fact]
    public void A_failed_write_refuses_all_that_is_held_as_temporary_and_ends_the_activation() => Run(c =>
    {
        c.Store.Hold();
        c.Store.FailNext(new IOException("The disk is gone."));
        var replies = Enumerable.Range(1, 3).Select(n => c.Durable(n)).ToList();
        c.Store.LetAllGo();
        c.UntilIdle();

        replies.Select(CodeOf).ShouldAllBe(code => code == RefusalCode.Temporary);
        c.Published.ShouldBeEmpty();
        c.Deactivations.ShouldBe(1);
        c.Store.Begun.ShouldBe(1);
    });

    [Fact]
    public void After_a_failed_write_nothing_is_decided_any_more() => Run(c =>
    {
        Break(c);
        CodeOf(c.Durable(2)).ShouldBe(RefusalCode.Temporary);
        RefusalOf(() => c.Live(3)).ShouldBe(RefusalCode.Temporary);
        c.Applied.ShouldBe([1]);
        End(c);
        c.Store.Begun.ShouldBe(1);
    });

    [Fact]
    public void After_a_failed_write_its_key_does_not_answer_as_if_it_had_been_written() => Run(c =>
    {
        c.Store.FailNext(new IOException("The disk is gone."));
        CodeOf(c.Durable(1, Key)).ShouldBe(RefusalCode.Temporary);
        CodeOf(c.Durable(1, Key)).ShouldBe(RefusalCode.Temporary);
        RefusalOf(() => c.Live(1, Key)).ShouldBe(RefusalCode.Temporary);
    });

    [Fact]
    public void After_a_failed_write_whoever_waits_for_what_is_true_is_refused() => Run(c =>
    {
        Break(c);
        CodeOf(c.Committer.Settled()).ShouldBe(RefusalCode.Temporary);
    });

    [Fact]
    public void What_is_settled_includes_all_that_was_held() => Run(c =>
    {
        c.Committer.Settled().IsCompletedSuccessfully.ShouldBeTrue();
        c.Store.Hold();
        _ = c.Durable(1);
        _ = c.Durable(2);
        var settled = c.Committer.Settled();
        c.Store.LetOneGo();
        c.UntilIdle();
        settled.IsCompleted.ShouldBeFalse();
        c.Store.LetAllGo();
        c.UntilIdle();
        settled.IsCompletedSuccessfully.ShouldBeTrue();
    });

    [Fact]
    public void More_than_the_limit_is_not_held() => Run(c =>
    {
        c.Limits.HeldPerGrainMax = 2;
        c.Store.Hold();
        _ = c.Durable(1);
        _ = c.Durable(2);
        CodeOf(c.Durable(3)).ShouldBe(RefusalCode.Temporary);
        c.Applied.ShouldBe([1, 2]);
        c.Store.LetAllGo();
        c.UntilIdle();
        Answer(c.Durable(4)).ShouldBe(4);
    });

    [Fact]
    public void A_live_change_waits_for_nothing_and_is_written_behind() => Run(c =>
    {
        c.Store.Hold();
        c.Live(1).ShouldBe(1);
        c.Published.ShouldBe([1]);
        c.Live(2).ShouldBe(2);
        c.Live(3).ShouldBe(3);
        c.Published.ShouldBe([1, 2, 3]);
        c.Store.LetAllGo();
        c.UntilIdle();
        c.Store.Begun.ShouldBe(2);
        c.Store.Written[^1]!.State!.Numbers.ShouldBe([1, 2, 3]);
    });

    [Fact]
    public void What_changes_no_state_is_not_written() => Run(c =>
    {
        c.Committer.Live(null, () => [Outgoing.ToEveryone(new Passing())], () => true).ShouldBeTrue();
        c.Committer.Live(null, () => [], () => true);
        c.Store.Begun.ShouldBe(0);
        c.Source.At.Seq.ShouldBe(1);
    });

    [Fact]
    public void A_key_is_written_even_when_nothing_changed() => Run(c =>
    {
        c.Committer.Live(Key, () => [Outgoing.ToEveryone(new Passing())], () => 5);
        c.Store.Written.ShouldHaveSingleItem()!.Replies.ShouldHaveSingleItem().Json.ShouldBe("5");
    });

    [Fact]
    public void A_live_change_that_is_not_written_is_tried_again_ever_more_slowly() => Run(c =>
    {
        for (var i = 0; i < 9; i++)
        {
            c.Store.FailNext(new IOException("The disk is full."));
        }

        c.Live(1).ShouldBe(1);
        double[] waits = [0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5];
        foreach (var (wait, tries) in waits.Select((wait, i) => (wait, i + 1)))
        {
            c.UntilIdle();
            c.Store.Begun.ShouldBe(tries);
            c.Advance(wait - 0.01);
            c.Store.Begun.ShouldBe(tries);
            c.Advance(0.01);
        }

        c.Store.Written.ShouldHaveSingleItem();
        c.Deactivations.ShouldBe(0);
        c.Live(2).ShouldBe(2);
        c.Store.Written.Count.ShouldBe(2);
    });

    [Fact]
    public void Back_off_begins_anew_after_a_success() => Run(c =>
    {
        c.Store.FailNext(new IOException("Once."));
        c.Live(1);
        c.Advance(0.2);
        c.Store.Written.Count.ShouldBe(1);
        c.Store.FailNext(new IOException("And again."));
        c.Live(2);
        c.Advance(0.2);
        c.Store.Written.Count.ShouldBe(2);
    });

    [Fact]
    public void Live_changes_go_on_while_the_store_is_away() => Run(c =>
    {
        c.Store.FailNext(new IOException("Away."));
        c.Live(1);
        c.Live(2).ShouldBe(2);
        c.Published.ShouldBe([1, 2]);
        c.Advance(0.2);
        c.Store.Written.ShouldHaveSingleItem()!.State!.Numbers.ShouldBe([1, 2]);
    });

    [Fact]
    public void Somebody_elses_write_ends_the_activation() => Run(c =>
    {
        c.Store.FailNext(new InconsistentStateException("Somebody else wrote."));
        c.Live(1).ShouldBe(1);
        c.UntilIdle();
        c.Deactivations.ShouldBe(1);
        RefusalOf(() => c.Live(2)).ShouldBe(RefusalCode.Temporary);
        c.Advance(100);
        c.Store.Begun.ShouldBe(1);
    });

    [Fact]
    public void Who_waits_until_a_live_change_is_kept_is_refused_when_somebody_else_has_written() => Run(c =>
    {
        c.Store.FailNext(new InconsistentStateException("Somebody else wrote."));
        c.Live(1).ShouldBe(1);
        CodeOf(c.Committer.Kept()).ShouldBe(RefusalCode.Temporary);
    });

    [Fact]
    public void Who_waits_until_a_live_change_is_kept_is_held_up_by_no_store_that_is_away() => Run(c =>
    {
        c.Store.FailNext(new IOException("Away."));
        c.Live(1).ShouldBe(1);
        CodeOf(c.Committer.Kept()).ShouldBeNull();
    });

    [Fact]
    public void The_last_live_change_is_written_at_the_end() => Run(c =>
    {
        c.Store.FailNext(new IOException("Away."));
        c.Live(1);
        End(c);
        c.Store.Written.ShouldHaveSingleItem()!.State!.Numbers.ShouldBe([1]);
    });

    [Fact]
    public void An_end_without_a_store_is_an_end() => Run(c =>
    {
        c.Store.FailNext(new IOException("Away."));
        c.Store.FailNext(new IOException("Still."));
        c.Store.FailNext(new IOException("And at the very end."));
        c.Live(1);
        End(c);
        c.Store.Written.ShouldBeEmpty();
    });

    [Fact]
    public void The_end_waits_for_the_write_that_is_under_way() => Run(c =>
    {
        c.Store.Hold();
        var reply = c.Durable(1);
        var end = c.Committer.End(CancellationToken.None);
        c.UntilIdle();
        end.IsCompleted.ShouldBeFalse();
        c.Store.LetAllGo();
        SpinWait.SpinUntil(() => IsDone(c, end), TimeSpan.FromSeconds(15)).ShouldBeTrue();
        Answer(reply).ShouldBe(1);
        c.Store.Begun.ShouldBe(1);
    });

    [Fact]
    public void Gateways_hear_of_the_end() => Run(c =>
    {
        End(c);
        c.Relay.Moves.ShouldBe([(Here, c.Source.At.Epoch)]);
    });

    [Fact]
    public void A_repeated_key_gets_the_first_reply_and_changes_nothing() => Run(c =>
    {
        Answer(c.Durable(1, Key)).ShouldBe(1);
        Answer(c.Durable(2, Key)).ShouldBe(1);
        c.Applied.ShouldBe([1]);
        c.Published.ShouldBe([1]);
        c.Store.Begun.ShouldBe(1);

        c.Live(3, new CommandKey("ann", "live")).ShouldBe(3);
        c.Live(4, new CommandKey("ann", "live")).ShouldBe(3);
        c.Applied.ShouldBe([1, 3]);
    });

    [Fact]
    public void Writes_keep_their_distance_when_they_are_told_to_and_the_last_one_has_everything() => OneThread.Run(turns =>
    {
        var c = new Setup(turns, writePeriod: TimeSpan.FromMilliseconds(200));
        c.Begin().IsCompletedSuccessfully.ShouldBeTrue();
        for (var n = 1; n <= 50; n++)
        {
            c.Live(n);
            c.UntilIdle();
        }

        c.Store.Begun.ShouldBe(1);
        c.Advance(0.2);
        c.Store.Begun.ShouldBe(2);
        c.Store.Written[^1]!.State!.Numbers.ShouldBe(Enumerable.Range(1, 50));
        c.Advance(1);
        c.Live(51);
        c.UntilIdle();
        c.Store.Begun.ShouldBe(3, "after a pause the first change does not wait");
    });

    [Fact]
    public void The_end_of_an_activation_writes_what_kept_its_distance() => OneThread.Run(turns =>
    {
        var c = new Setup(turns, writePeriod: TimeSpan.FromMilliseconds(200));
        c.Begin().IsCompletedSuccessfully.ShouldBeTrue();
        c.Live(1);
        c.UntilIdle();
        c.Live(2);
        End(c);
        c.Store.Written[^1]!.State!.Numbers.ShouldBe([1, 2]);
    });

    [Fact]
    public void A_repeated_key_waits_for_the_write_of_the_first() => Run(c =>
    {
        c.Store.Hold();
        var first = c.Durable(1, Key);
        var second = c.Durable(2, Key);
        c.UntilIdle();
        second.IsCompleted.ShouldBeFalse();
        c.Store.LetAllGo();
        c.UntilIdle();
        Answer(first).ShouldBe(1);
        Answer(second).ShouldBe(1);
        c.Published.ShouldBe([1]);
    });

    [Fact]
    public void A_repeated_key_is_refused_with_the_first_when_its_write_fails() => Run(c =>
    {
        c.Store.Hold();
        c.Store.FailNext(new IOException("Gone."));
        var first = c.Durable(1, Key);
        var second = c.Durable(1, Key);
        c.Store.LetAllGo();
        c.UntilIdle();
        CodeOf(first).ShouldBe(RefusalCode.Temporary);
        CodeOf(second).ShouldBe(RefusalCode.Temporary);
    });

    [Fact]
    public void A_key_is_known_after_a_reload_from_the_record() => Run(c =>
    {
        Answer(c.Durable(1, Key)).ShouldBe(1);
        c.Live(2, new CommandKey("ann", "live"));
        c.UntilIdle();
        var next = c.Reload();
        Answer(next.Durable(9, Key)).ShouldBe(1);
        next.Live(9, new CommandKey("ann", "live")).ShouldBe(2);
        next.Applied.ShouldBe([1, 2]);
    });

    [Fact]
    public void A_key_of_another_command_is_refused() => Run(c =>
    {
        Answer(c.Durable(1, Key)).ShouldBe(1);
        CodeOf(c.Committer.Durable(Key, () => c.Apply(2), () => 2, "Other")).ShouldBe(RefusalCode.KeyReused);
        RefusalOf(() => c.Committer.Live(Key, () => c.Apply(2), () => 2, "Other")).ShouldBe(RefusalCode.KeyReused);
        c.Applied.ShouldBe([1]);
    });

    [Fact]
    public void The_same_key_of_another_user_is_another_key() => Run(c =>
    {
        Answer(c.Durable(1, Key)).ShouldBe(1);
        Answer(c.Durable(2, Key with { Owner = "bob" })).ShouldBe(2);
    });

    [Fact]
    public void The_oldest_keys_are_forgotten_first() => Run(c =>
    {
        c.Limits.KeysPerGrainMax.ShouldBe(3);
        for (var i = 1; i <= 4; i++)
        {
            c.Live(i, new CommandKey("ann", $"{i}"));
        }

        c.Store.Written[^1]!.Replies.Select(r => r.Key.Key).ShouldBe(["2", "3", "4"]);
        c.Live(9, new CommandKey("ann", "2")).ShouldBe(2);
        c.Live(9, new CommandKey("ann", "1")).ShouldBe(9);
    });

    [Fact]
    public void A_reply_may_be_a_record() => Run(c =>
    {
        var session = new Session(new Limits());
        session.Open(new SessionId("concert"), Caller("ann"), Add());
        var entered = new SessionEntered(session.Record, new Position(3, 4));
        c.Committer.Live(Key, () => c.Apply(1), () => entered, "Open");
        var again = c.Committer.Live<SessionEntered>(Key, () => c.Apply(2), () => throw new InvalidOperationException("Not again."), "Open");
        again.At.ShouldBe(entered.At);
        again.Session.SessionUsers.ShouldBe(entered.Session.SessionUsers);
        again.Session.SessionMaster.ShouldBe(entered.Session.SessionMaster);
    });

    [Fact]
    public void A_state_that_is_nothing_any_more_is_cleared() => Run(c =>
    {
        c.Live(1);
        c.IsEmpty = true;
        c.Live(2);
        c.Store.Written[^1].ShouldBeNull();
        c.Live(3);
        c.Store.Begun.ShouldBe(2, "there is no record left to clear");
    });

    [Fact]
    public void A_source_that_was_never_stored_begins_with_the_time_and_writes_nothing() => Run(c =>
    {
        c.Source.At.ShouldBe(new Position(c.Time.GetUtcNow().ToUnixTimeMilliseconds(), 0));
        c.Store.Begun.ShouldBe(0);
    });

    [Fact]
    public void Each_beginning_of_a_stored_source_takes_a_later_epoch_in_the_store_first() => Run(c =>
    {
        c.Live(1);
        var second = c.Reload();
        second.Source.At.Epoch.ShouldBeGreaterThan(c.Source.At.Epoch);
        second.Store.Written.ShouldHaveSingleItem()!.Epoch.ShouldBe(second.Source.At.Epoch);
        var third = second.Reload();
        third.Source.At.Epoch.ShouldBe(second.Source.At.Epoch + 1);
        third.Advance(60);
        third.Reload().Source.At.Epoch.ShouldBe(third.Time.GetUtcNow().ToUnixTimeMilliseconds());
    });

    [Fact]
    public void A_source_that_cannot_take_its_epoch_does_not_begin() => Run(c =>
    {
        c.Live(1);
        CodeOf(c.Successor(store => store.FailNext(new IOException("Away."))).Begin()).ShouldBe(RefusalCode.Temporary);
        CodeOf(c.Successor(store => store.FailNext(new InconsistentStateException("Another one was faster."))).Begin()).ShouldBe(RefusalCode.Temporary);
    });

    private static void Break(Setup c)
    {
        c.Store.FailNext(new IOException("The disk is gone."));
        CodeOf(c.Durable(1)).ShouldBe(RefusalCode.Temporary);
        c.UntilIdle();
    }

    private static void End(Setup c)
    {
        var end = c.Committer.End(CancellationToken.None);
        // Its cancellation comes from another thread.
        SpinWait.SpinUntil(() => IsDone(c, end), TimeSpan.FromSeconds(15));
        end.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private static bool IsDone(Setup c, Task task)
    {
        c.UntilIdle();
        return task.IsCompleted;
    }

    private static T Answer<T>(Task<T> reply)
    {
        (SynchronizationContext.Current as OneThread)?.UntilIdle();
        reply.IsCompleted.ShouldBeTrue("It is not answered.");
        return reply.GetAwaiter().GetResult();
    }

    private static RefusalCode? CodeOf(Task reply)
    {
        (SynchronizationContext.Current as OneThread)?.UntilIdle();
        reply.IsCompleted.ShouldBeTrue("It is not answered.");
        return RefusalOf(() => reply.GetAwaiter().GetResult());
    }

    private static void Run(Action<Setup> test) => OneThread.Run(turns =>
    {
        var setup = new Setup(turns, new ManualTimeProvider(), new FakeStore<Stored<NumbersState>>());
        setup.Begin().IsCompletedSuccessfully.ShouldBeTrue();
        test(setup);
    });

    public sealed record NumbersState
    {
        public ImmutableList<int> Numbers { get; init; } = [];
    }

    private sealed record Noted(int Number) : Event;

    private sealed record Passing : Event
    {
        public override bool ChangesState => false;
    }

    /// <summary>A grain that notes numbers.</summary>
    private sealed class Setup
    {
        private readonly OneThread _turns;
        private NumbersState _state = new();

        public Setup(OneThread turns, TimeSpan writePeriod)
            : this(turns, new ManualTimeProvider(), new FakeStore<Stored<NumbersState>>(), writePeriod)
        {
        }

        public Setup(OneThread turns, ManualTimeProvider time, FakeStore<Stored<NumbersState>> store, TimeSpan writePeriod = default)
        {
            _turns = turns;
            Time = time;
            Store = store;
            Committer = new(
                store,
                new(() => IsEmpty ? null : _state, Source, _ => FollowedUp++, () => Deactivations++, Limits, time, NullLogger.Instance) { WritePeriod = writePeriod });
        }

        public ManualTimeProvider Time { get; }

        public Limits Limits { get; } = new() { KeysPerGrainMax = 3 };

        public FakeStore<Stored<NumbersState>> Store { get; }

        public RecordingRelay Relay { get; } = new();

        public Source Source { get; } = new(Here, 10_000, new OneGatewayWatch(new GatewayName("here")));

        public Committer<NumbersState> Committer { get; }

        public List<int> Answered { get; } = [];

        public bool IsEmpty { get; set; }

        public int FollowedUp { get; private set; }

        public int Deactivations { get; private set; }

        public IEnumerable<int> Published => Relay.Events.OfType<Noted>().Select(n => n.Number);

        public IEnumerable<int> Applied => _state.Numbers;

        public async Task Begin()
        {
            if (await Committer.Begin() is { } stored)
            {
                _state = stored;
            }

            Source.Subscribe(new GatewayAddress("west", Relay), Seat("ann"), null, static () => new Users.UserSnapshot(null));
        }

        public IReadOnlyList<Outgoing> Apply(int number)
        {
            _state = _state with { Numbers = _state.Numbers.Add(number) };
            return [Outgoing.ToEveryone(new Noted(number))];
        }

        public async Task<int> Durable(int number, CommandKey? key = null)
        {
            var reply = await Committer.Durable(key, () => Apply(number), () => number, "Note");
            Answered.Add(reply);
            return reply;
        }

        public int Live(int number, CommandKey? key = null) => Committer.Live(key, () => Apply(number), () => number, "NoteLive");

        public void UntilIdle() => _turns.UntilIdle();

        public void Advance(double seconds)
        {
            Time.Advance(TimeSpan.FromSeconds(seconds));
            UntilIdle();
        }

        /// <summary>The next activation, not begun yet.</summary>
        public Setup Successor(Action<FakeStore<Stored<NumbersState>>>? prepare = null)
        {
            UntilIdle();
            var store = new FakeStore<Stored<NumbersState>> { State = Store.Written[^1]!, RecordExists = true };
            prepare?.Invoke(store);
            return new Setup(_turns, Time, store);
        }

        public Setup Reload()
        {
            var next = Successor();
            next.Begin().IsCompletedSuccessfully.ShouldBeTrue();
            return next;
        }
    }
}
