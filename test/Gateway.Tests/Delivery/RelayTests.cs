using Orchestrator.Users;

namespace Orchestrator.Delivery;

public sealed class RelayTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly RelayFixture _f = new();

    private FakeSource Source => _f.Source;

    private Network Network => _f.Network;

    public void Dispose() => _f.Dispose();

    [Fact]
    public void A_subscriber_gets_what_it_is_an_addressee_of_and_the_seq_before_it()
    {
        var ann = _f.Subscribed("ann");
        Source.Publish(Audience.Everyone);
        Source.PublishTogether(RelayFixture.Only("bob"), RelayFixture.Only("ann"), Audience.Everyone);
        Network.PassAll();
        ann.Numbers.ShouldBe([1, 3, 4]);
        ann.Previous.ShouldBe([0, 1, 3]);
    }

    [Fact]
    public void All_subscribers_of_a_source_are_served_by_one_link()
    {
        var ann = _f.Subscribed("ann");
        var bob = _f.Subscribed("bob");
        _f.Relay.Links.ShouldBe(1);
        Source.Publish(Audience.Everyone);
        Network.ToGateway.Count.ShouldBe(1);
        Network.PassAll();
        ann.Numbers.ShouldBe([1]);
        bob.Numbers.ShouldBe([1]);
    }

    [Fact]
    public void Events_that_come_before_the_answer_are_not_told_twice()
    {
        var subscribing = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.Pass(0);
        Source.Publish(Audience.Everyone);
        Network.Deliver();
        Source.Publish(Audience.Everyone);
        Network.PassAll();
        subscribing.Release();
        Clean(subscribing.Subscriber).Numbers.ShouldBe([1, 2]);
    }

    [Fact]
    public void Events_wait_until_the_subscription_is_released()
    {
        var subscribing = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        Source.Publish(Audience.Everyone);
        Network.PassAll();
        subscribing.Subscriber.Fault.ShouldBeNull();
        subscribing.Release();
        Clean(subscribing.Subscriber).Numbers.ShouldBe([1]);
    }

    [Fact]
    public void With_a_place_what_was_missed_comes_first()
    {
        _f.Subscribed("ann");
        Source.Publish(Audience.Everyone);
        Source.Publish(Audience.Everyone);
        var bob = _f.Subscribed("bob", after: new Position(1, 1));
        Source.Publish(Audience.Everyone);
        Network.PassAll();
        Clean(bob).Numbers.ShouldBe([2, 3]);
    }

    [Fact]
    public void Those_who_have_missed_the_same_share_its_bytes_for_a_while()
    {
        _f.Subscribed("ann");
        Source.Publish(Audience.Everyone);
        Source.Publish(Audience.Everyone);
        var bob = _f.Subscribed("bob", after: new Position(1, 0));
        var cleo = _f.Subscribed("cleo", after: new Position(1, 1));
        Clean(bob).Numbers.ShouldBe([1, 2]);
        Clean(cleo).Numbers.ShouldBe([2]);
        cleo.Heard.ShouldHaveSingleItem().ShouldBeSameAs(bob.Heard[1]);
    }

    [Fact]
    public void A_lost_delivery_is_read_again_when_the_next_one_shows_the_gap()
    {
        var ann = _f.Subscribed("ann");
        Source.Publish(Audience.Everyone);
        Source.Publish(RelayFixture.Only("ann"));
        Source.Publish(Audience.Everyone);
        Network.ToGateway.RemoveAt(0);
        Network.ToGateway.RemoveAt(0);
        Network.PassAll();
        Source.Reads.ShouldBe(1);
        ann.Restarts.ShouldBe(0);
        Clean(ann).Numbers.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Another_loss_while_the_first_is_read_is_read_as_well()
    {
        var ann = _f.Subscribed("ann");
        Publish(2);
        Network.ToGateway.RemoveAt(0);
        Network.Deliver();
        Network.Pass(0);
        Publish(2);
        Network.ToGateway.RemoveAt(0);
        Network.Deliver();
        Network.PassAll();
        Clean(ann).Numbers.ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public void Deliveries_that_overtake_each_other_are_put_in_order()
    {
        var ann = _f.Subscribed("ann");
        Publish(3);
        Network.Deliver(2);
        Network.Deliver(1);
        Network.Deliver(0);
        Network.PassAll();
        Clean(ann).Numbers.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void When_the_log_is_too_short_the_subscriber_begins_again_with_a_snapshot()
    {
        Source.LogBytesMax = 150;
        Source.Crash();
        var ann = _f.Subscribed("ann");
        Publish(3);
        Network.ToGateway.RemoveRange(0, 2);
        Network.PassAll();
        ann.Restarts.ShouldBe(1);
        Publish(1);
        Network.PassAll();
        Clean(ann).Numbers.ShouldBe([4]);
    }

    [Fact]
    public void A_source_that_moved_is_subscribed_to_again()
    {
        var ann = _f.Subscribed("ann");
        var bob = _f.Subscribed("bob");
        Publish(1);
        Network.PassAll();
        Source.Move();
        Network.PassAll();
        Publish(1);
        Network.PassAll();
        ann.Restarts.ShouldBe(1);
        Clean(ann).Numbers.ShouldBe([1, 2]);
        Clean(bob).Numbers.ShouldBe([1, 2]);
    }

    [Fact]
    public void A_source_that_moved_twice_in_a_row_is_followed()
    {
        var ann = _f.Subscribed("ann");
        Source.Move();
        Network.Deliver();
        Network.Pass(0);
        Source.Move();
        Network.PassAll();
        // The first answer was one of the activation before.
        _f.Time.Advance(TimeSpan.FromSeconds(1));
        Network.PassAll();
        Publish(2);
        Network.PassAll();
        Clean(ann).Numbers.ShouldBe([1, 2]);
    }

    [Fact]
    public void When_a_source_has_gone_without_a_word_a_new_subscriber_brings_the_old_ones_back()
    {
        var ann = _f.Subscribed("ann");
        Publish(1);
        Network.PassAll();
        Publish(1);
        Network.ToGateway.Clear();
        Source.Crash();
        var bob = _f.Subscribed("bob");
        Network.PassAll();
        Publish(1);
        Network.PassAll();
        Clean(bob).Numbers.ShouldBe([3]);
        Clean(ann).Restarts.ShouldBe(1);
    }

    [Fact]
    public void Who_may_not_subscribe_again_is_told_that_it_ended()
    {
        var ann = _f.Subscribed("ann");
        var bob = _f.Subscribed("bob");
        Source.Ban("ann");
        Source.Move();
        Network.PassAll();
        Publish(1);
        Network.PassAll();
        ann.HasEnded.ShouldBeTrue();
        ann.Numbers.ShouldBeEmpty();
        Clean(bob).Numbers.ShouldBe([1]);
    }

    [Fact]
    public void Who_has_left_before_it_may_not_subscribe_again_is_told_nothing()
    {
        var leaving = LeavingWhileItBeginsAgain();
        Source.Ban("ann");
        Network.PassAll();
        leaving.HasEnded.ShouldBeFalse();
    }

    [Fact]
    public void A_seat_that_was_given_up_too_early_is_given_up_again_until_the_source_has_heard()
    {
        LeavingWhileItBeginsAgain();
        // The seat is given up before it is taken.
        Network.Pass(1);
        Network.Pass(1);
        Network.Pass(0);
        Network.Failures.Enqueue(Refusal.Temporary("Later."));
        Network.PassAll();
        _f.Time.Advance(TimeSpan.FromMilliseconds(100));
        Network.PassAll();
        Publish(1);
        Network.ToGateway.ShouldBeEmpty();
    }

    [Fact]
    public void A_refused_subscription_leaves_no_link()
    {
        Source.Ban("ann");
        var subscribing = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        subscribing.IsRefused.ShouldBeTrue();
        _f.Relay.Links.ShouldBe(0);
    }

    [Fact]
    public void A_source_that_does_not_answer_is_asked_again_after_a_while()
    {
        var ann = _f.Subscribed("ann");
        Network.Failures.Enqueue(new TimeoutException("No answer."));
        Network.Failures.Enqueue(Refusal.Temporary("Later."));
        Source.Move();
        Network.PassAll();
        _f.Time.Advance(TimeSpan.FromMilliseconds(100));
        Network.PassAll();
        _f.Time.Advance(TimeSpan.FromMilliseconds(200));
        Network.PassAll();
        Publish(1);
        Network.PassAll();
        Clean(ann).Numbers.ShouldBe([1]);
    }

    [Fact]
    public void The_last_subscriber_takes_the_link_with_it_and_the_seat_at_the_source()
    {
        var subscribing = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        subscribing.Release();
        _ = _f.Relay.Unsubscribe(subscribing.Subscription);
        subscribing.Subscriber.HasLeft = true;
        _f.Relay.Links.ShouldBe(0);
        Publish(1);
        Network.PassAll();
        Clean(subscribing.Subscriber).Numbers.ShouldBeEmpty();
        Publish(1);
        Network.ToGateway.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_leaves_while_it_is_told_is_told_nothing_more_and_the_others_are()
    {
        var leaving = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        leaving.Release();
        var bob = _f.Subscribed("bob");
        leaving.Subscriber.OnNext = _ => Leave(leaving);
        Source.PublishTogether(Audience.Everyone, Audience.Everyone);
        Network.PassAll();
        Clean(leaving.Subscriber).Numbers.ShouldBe([1]);
        Clean(bob).Numbers.ShouldBe([1, 2]);
    }

    [Fact]
    public void One_that_leaves_at_the_first_of_what_waited_is_told_nothing_more()
    {
        var leaving = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        Publish(2);
        Network.PassAll();
        leaving.Subscriber.OnNext = _ => Leave(leaving);
        leaving.Release();
        Clean(leaving.Subscriber).Numbers.ShouldBe([1]);
    }

    [Fact]
    public void A_restart_waits_for_the_release_as_events_do()
    {
        var held = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        Source.Move();
        Network.PassAll();
        Publish(1);
        Network.PassAll();
        held.Subscriber.Fault.ShouldBeNull();
        held.Release();
        Publish(1);
        Network.PassAll();
        Clean(held.Subscriber).Numbers.ShouldBe([1, 2]);
    }

    [Fact]
    public void A_seat_that_is_given_up_while_another_one_subscribes_costs_the_other_nothing()
    {
        var leaving = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        leaving.Release();
        Publish(3);
        Network.PassAll();
        leaving.Subscriber.HasLeft = true;
        var bob = _f.Subscribe(new RecordingSubscriber("bob", "bob#1"));
        _ = _f.Relay.Unsubscribe(leaving.Subscription);
        Network.Pass(1);
        Network.PassAll();
        bob.Release();
        Publish(3);
        Network.PassAll();
        Clean(bob.Subscriber).Numbers.ShouldBe([4, 5, 6]);
    }

    [Fact]
    public void The_same_connection_subscribing_again_takes_the_place_of_its_first_subscription()
    {
        var first = _f.Subscribed("ann");
        first.HasLeft = true;
        var second = _f.Subscribed("ann");
        Publish(1);
        Network.PassAll();
        Clean(first).Numbers.ShouldBeEmpty();
        Clean(second).Numbers.ShouldBe([1]);
    }

    [Fact]
    public async Task A_source_that_has_gone_without_a_word_is_found_when_it_is_renewed()
    {
        var ann = _f.Subscribed("ann");
        Publish(1);
        Network.PassAll();
        Source.Crash();
        await BeginRenewal(_f);
        Network.PassAll();
        Publish(1);
        Network.PassAll();
        Clean(ann).Restarts.ShouldBe(1);
        await _f.Relay.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_delivery_of_a_source_that_nobody_here_follows_is_passed_over() =>
        _f.Relay.Deliver(new Delivery(SourceId.Of(new UserId("ann")), 1, 1, []));

    [Fact]
    public async Task A_renewal_that_overtakes_packets_loses_none_of_them()
    {
        using var f = new RelayFixture(SourceKind.DataStream);
        var ann = f.Subscribed("ann");
        f.Source.Publish(Audience.Everyone);
        f.Network.PassAll();
        await BeginRenewal(f);
        f.Source.Publish(Audience.Everyone);
        f.Source.Publish(Audience.Everyone);
        f.Network.PassMessages();
        f.Network.PassAll();
        f.Source.Publish(Audience.Everyone);
        f.Network.PassAll();
        ann.Numbers.ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task A_renewal_that_overtakes_what_is_not_kept_loses_nothing_of_it()
    {
        var ann = _f.Subscribed("ann");
        Publish(1);
        Network.PassAll();
        await BeginRenewal(_f);
        Source.PublishOnce();
        Source.PublishOnce();
        Network.PassMessages();
        Network.PassAll();
        ann.Numbers.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task What_was_lost_at_the_end_of_a_quiet_link_is_had_a_little_after_the_renewal()
    {
        var ann = _f.Subscribed("ann");
        Publish(1);
        Network.PassAll();
        await BeginRenewal(_f);
        Publish(1);
        Network.ToGateway.Clear();
        Network.PassMessages();
        await Eventually(() =>
        {
            // The renewal looks again after a second of its clock.
            _f.Time.Advance(TimeSpan.FromMilliseconds(100));
            Network.PassAll();
            return ann.Numbers.SequenceEqual([1, 2]) ? null : "the second is missing";
        });
        Clean(ann);
    }

    [Fact]
    public async Task Who_leaves_while_it_subscribes_again_leaves_no_seat()
    {
        using var f = new RelayFixture(SourceKind.DataStream);
        var leaving = f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        f.Network.PassMessages();
        leaving.Release();
        f.Source.Move();
        f.Network.Deliver();
        var left = f.Relay.Unsubscribe(leaving.Subscription);
        // Engines promise no order between two calls.
        f.Network.Pass(1);
        f.Network.PassAll();
        await left;
        f.Source.Publish(Audience.Everyone);
        f.Network.ToGateway.ShouldBeEmpty();
    }

    private static async Task BeginRenewal(RelayFixture f)
    {
        await f.Relay.StartAsync(CancellationToken.None);
        await Eventually(() => f.Time.TimersWaiting == 1 ? null : "nobody waits for the renewal");
        f.Time.Advance(TimeSpan.FromSeconds(new GatewayOptions().RenewSeconds));
        // Whoever asked waits for the answer when the loop waits for its clock again: what follows is the test's thread's.
        await Eventually(() => f.Network.Messages == 1 && f.Time.TimersWaiting == 2 ? null : "the source is not asked yet");
    }

    [Fact]
    public async Task Who_waits_for_a_place_goes_on_when_it_has_arrived()
    {
        var ann = Begun("ann");
        Publish(2);
        var (first, second) = (_f.Relay.Reach(ann, new Position(1, 1)), _f.Relay.Reach(ann, new Position(1, 2)));
        Network.Deliver();
        await first.WaitAsync(Patience);
        second.IsCompleted.ShouldBeFalse();
        Network.PassAll();
        await second.WaitAsync(Patience);
        _f.Relay.Reach(ann, new Position(1, 2)).IsCompleted.ShouldBeTrue("it is there");
        Source.Reads.ShouldBe(0);
    }

    [Fact]
    public async Task A_place_of_what_is_for_nobody_here_is_reached_by_asking_once()
    {
        var ann = Begun("ann");
        Source.Publish(RelayFixture.Only("somebody elsewhere"));
        var reached = _f.Relay.Reach(ann, Source.At);
        Network.ToGateway.ShouldBeEmpty();
        _f.Time.Advance(TimeSpan.FromMilliseconds(10));
        Network.PassAll();
        await reached.WaitAsync(Patience);
        Source.Reads.ShouldBe(1);
        _f.Relay.Reach(ann, Source.At).IsCompleted.ShouldBeTrue("it is known");
        Publish(1);
        Network.PassAll();
    }

    [Fact]
    public async Task A_source_that_does_not_answer_holds_nobody_up_for_long()
    {
        var ann = Begun("ann");
        Source.Publish(RelayFixture.Only("somebody elsewhere"));
        var reached = _f.Relay.Reach(ann, Source.At);
        _f.Time.Advance(TimeSpan.FromMilliseconds(10));
        SpinWait.SpinUntil(() => Network.Messages > 0 && _f.Time.TimersWaiting > 0, Patience).ShouldBeTrue();
        _f.Time.Advance(TimeSpan.FromSeconds(2));
        await reached.WaitAsync(Patience);
    }

    [Fact]
    public async Task Nobody_waits_for_a_place_of_what_it_has_left()
    {
        var ann = Begun("ann");
        var bob = _f.Subscribed("bob");
        _f.Relay.Drop(ann);
        Publish(1);
        await _f.Relay.Reach(ann, Source.At).WaitAsync(Patience);
        Network.PassAll();
        bob.Numbers.ShouldBe([1]);
    }

    private Subscription Begun(string user)
    {
        var subscribing = _f.Subscribe(new RecordingSubscriber(user, $"{user}#1"));
        Network.PassAll();
        subscribing.Release();
        return subscribing.Subscription;
    }

    private void Publish(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Source.Publish(Audience.Everyone);
        }
    }

    /// <summary>The source has moved; on their way are the request of a seat at the next one, and that it is given up.</summary>
    private RecordingSubscriber LeavingWhileItBeginsAgain()
    {
        var leaving = _f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        Network.PassAll();
        leaving.Release();
        Source.Move();
        Network.Deliver();
        _ = _f.Relay.Unsubscribe(leaving.Subscription);
        Network.Messages.ShouldBe(2);
        return leaving.Subscriber;
    }

    private void Leave(Subscribing leaving)
    {
        _f.Relay.Drop(leaving.Subscription);
        leaving.Subscriber.HasLeft = true;
    }

    private RecordingSubscriber Clean(RecordingSubscriber subscriber)
    {
        subscriber.Differs(Source.History).ShouldBeNull();
        return subscriber;
    }
}
