namespace Orchestrator.Delivery;

/// <summary>Events that are sent once: what was lost of them is gone, and whoever gets them goes on.</summary>
public sealed class RelayStreamTests
{
    [Fact]
    public void After_a_loss_a_stream_goes_on_and_nobody_is_asked()
    {
        using var f = new RelayFixture(SourceKind.DataStream);
        var ann = f.Subscribed("ann");
        Publish(f, 3);
        f.Network.ToGateway.RemoveAt(1);
        f.Network.PassAll();
        ann.Numbers.ShouldBe([1, 3]);
        ann.Previous.ShouldBe([0, 1]);
        f.Source.Reads.ShouldBe(0);
        f.Source.Subscriptions.ShouldBe(1);
    }

    [Fact]
    public void However_many_are_lost_and_overtaken_nobody_subscribes_again_and_order_holds()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            using var f = new RelayFixture(SourceKind.DataStream);
            var random = new Random(seed);
            RecordingSubscriber[] subscribers = [f.Subscribed("ann"), f.Subscribed("bob")];
            for (var step = 0; step < 200; step++)
            {
                Publish(f, random.Next(3));
                var call = random.Next(2);
                if (f.Network.ToGateway.Count > call)
                {
                    if (random.Next(3) == 0)
                    {
                        f.Network.ToGateway.RemoveAt(call);
                    }
                    else
                    {
                        f.Network.Deliver(call);
                    }
                }
            }

            f.Network.PassAll();
            Publish(f, 1);
            f.Network.PassAll();
            foreach (var subscriber in subscribers)
            {
                var numbers = subscriber.Numbers.ToList();
                numbers.ShouldBe(numbers.Distinct().Order().ToList(), $"seed {seed}");
                numbers[^1].ShouldBe(f.Source.History.Count, $"seed {seed}: it is deaf");
                subscriber.Fault.ShouldBeNull($"seed {seed}");
            }

            f.Source.Reads.ShouldBe(0);
            f.Source.Subscriptions.ShouldBe(2);
        }
    }

    [Fact]
    public void What_came_before_the_answer_is_told_though_something_of_it_was_lost()
    {
        using var f = new RelayFixture(SourceKind.DataStream);
        var subscribing = f.Subscribe(new RecordingSubscriber("ann", "ann#1"));
        f.Network.Pass(0);
        Publish(f, 4);
        f.Network.Deliver(3);
        f.Network.ToGateway.RemoveAt(1);
        f.Network.Deliver(1);
        f.Network.Deliver(0);
        f.Network.PassAll();
        subscribing.Release();
        subscribing.Subscriber.Numbers.ShouldBe([1, 3, 4]);
        f.Source.Reads.ShouldBe(0);
    }

    [Fact]
    public void A_stream_that_moved_is_subscribed_to_once_more_by_each_and_goes_on()
    {
        using var f = new RelayFixture(SourceKind.DataStream);
        var ann = f.Subscribed("ann");
        var bob = f.Subscribed("bob");
        Publish(f, 2);
        f.Network.PassAll();
        f.Source.Move();
        f.Network.PassAll();
        Publish(f, 1);
        f.Network.PassAll();
        ann.Numbers.ShouldBe([1, 2, 3]);
        bob.Numbers.ShouldBe([1, 2, 3]);
        f.Source.Subscriptions.ShouldBe(4);
    }

    [Fact]
    public void Who_may_not_subscribe_to_a_stream_that_moved_is_told_that_it_ended()
    {
        using var f = new RelayFixture(SourceKind.DataStream);
        var ann = f.Subscribed("ann");
        var bob = f.Subscribed("bob");
        f.Source.Ban("ann");
        f.Source.Move();
        f.Network.PassAll();
        Publish(f, 1);
        f.Network.PassAll();
        ann.HasEnded.ShouldBeTrue();
        ann.Numbers.ShouldBeEmpty();
        bob.Numbers.ShouldBe([1]);
    }

    [Fact]
    public void Beside_events_that_are_kept_one_that_was_lost_is_passed_over()
    {
        using var f = new RelayFixture();
        var ann = f.Subscribed("ann");
        f.Source.PublishOnce();
        f.Source.Publish(Audience.Everyone);
        f.Network.ToGateway.RemoveAt(0);
        f.Network.PassAll();
        ann.Numbers.ShouldBe([2]);
        ann.Previous.ShouldBe([0]);
        ann.Restarts.ShouldBe(0);
        f.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public void Beside_events_that_are_kept_one_that_came_after_a_loss_is_told_in_its_place()
    {
        using var f = new RelayFixture();
        var ann = f.Subscribed("ann");
        f.Source.Publish(Audience.Everyone);
        f.Source.PublishOnce();
        f.Source.Publish(Audience.Everyone);
        f.Source.PublishOnce();
        f.Network.ToGateway.RemoveAt(0);
        f.Network.PassAll();
        ann.Numbers.ShouldBe([1, 2, 3, 4]);
        ann.Previous.ShouldBe([0, 1, 2, 3]);
        ann.Restarts.ShouldBe(0);
    }

    private static void Publish(RelayFixture f, int times)
    {
        for (var i = 0; i < times; i++)
        {
            f.Source.Publish(Audience.Everyone);
        }
    }
}
