using Orchestrator.Sessions;
using Orchestrator.Support;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Delivery;

public sealed class SourceTests
{
    private const long Epoch = 7;
    private static readonly SourceId Id = SourceId.Of(new SessionId("concert"));

    private readonly RecordingRelay _west = new();
    private readonly RecordingRelay _east = new();
    private readonly Source _source = new(Id, logBytesMax: 1_000, new OneGatewayWatch(new GatewayName("here")));

    public SourceTests() => _source.Begin(Epoch);

    [Fact]
    public void Nothing_is_published_before_an_epoch_is_taken() =>
        Should.Throw<InvalidOperationException>(() => new Source(Id, 0, new OneGatewayWatch(new GatewayName("here"))).Publish([Outgoing.ToEveryone(new Note(1))]));

    [Fact]
    public void Seqs_begin_at_one_and_have_no_gaps_whoever_is_addressed()
    {
        Enter(_west, "ann");
        Publish(All(1), new Outgoing(new Note(2), Audience.Only(People.Id("nobody"))), All(3));
        Publish(All(4));

        _source.At.ShouldBe(new Position(Epoch, 4));
        _west.Envelopes.Select(e => e.At.Seq).ShouldBe([1, 3, 4]);
        _west.Envelopes.ShouldAllBe(e => e.Source == Id && e.At.Epoch == Epoch);
    }

    [Fact]
    public void What_is_nobodys_news_takes_no_seq()
    {
        Publish(Outgoing.Silent(new Note(1)));
        _source.At.ShouldBe(new Position(Epoch, 0));
    }

    [Fact]
    public void A_gateway_gets_one_call_whatever_the_number_of_its_seats_and_events()
    {
        Enter(_west, "ann");
        Enter(_west, "bob");
        Enter(_west, "bob", device: 2);
        Publish(All(1), All(2));

        var delivery = _west.Deliveries.ShouldHaveSingleItem();
        delivery.Envelopes.Length.ShouldBe(2);
        delivery.Source.ShouldBe(Id);
        delivery.Epoch.ShouldBe(Epoch);
    }

    [Fact]
    public void Only_gateways_with_an_addressee_are_called_and_get_only_what_is_theirs()
    {
        Enter(_west, "ann");
        Enter(_east, "bob");
        Publish(To(1, "ann"), To(2, "bob"), All(3));
        Publish(To(4, "ann"));
        Publish(To(5, "nobody"));

        Notes(_west).ShouldBe([1, 3, 4]);
        Notes(_east).ShouldBe([2, 3]);
        _west.Deliveries.Count.ShouldBe(2);
        _east.Deliveries.Count.ShouldBe(1);
    }

    [Fact]
    public void Links_are_numbered_per_gateway_from_one()
    {
        Enter(_west, "ann");
        Enter(_east, "bob");
        Publish(To(1, "ann"));
        Publish(All(2));
        Publish(To(3, "bob"));

        _west.Deliveries.Select(d => d.Link).ShouldBe([1, 2]);
        _east.Deliveries.Select(d => d.Link).ShouldBe([1, 2]);
    }

    [Fact]
    public void A_beginning_says_the_number_of_the_last_delivery()
    {
        Enter(_west, "ann").Link.ShouldBe(0);
        Publish(All(1));
        Publish(All(2));
        Enter(_west, "bob").Link.ShouldBe(2);
    }

    [Fact]
    public void Numbers_of_a_link_do_not_begin_again_in_an_epoch_when_its_last_seat_was_empty_in_between()
    {
        Enter(_west, "ann");
        Publish(All(1));
        Publish(All(2));
        _source.Unsubscribe("west", Connection("ann"));
        Enter(_west, "bob");
        Publish(All(3));

        var links = _west.Deliveries.Select(d => d.Link).ToList();
        links.ShouldBe(links.Distinct().Order().ToList(), "a number that was used before looks like a delivery that was had before");
    }

    [Fact]
    public void All_but_one_user_means_all_devices_of_the_others()
    {
        Enter(_west, "ann");
        Enter(_west, "ann", device: 2);
        Enter(_east, "bob");
        Publish(new Outgoing(new Note(1), Audience.AllBut(People.Id("ann"))));
        Notes(_west).ShouldBeEmpty();
        Notes(_east).ShouldBe([1]);
        Enter(_west, "bob", device: 2);
        Publish(new Outgoing(new Note(2), Audience.AllBut(People.Id("ann"))));
        Notes(_west).ShouldBe([2]);
        Audience.AllBut(People.Id("ann")).Includes(Seat("ann", device: 2)).ShouldBeFalse();
        Audience.AllBut(People.Id("ann")).Includes(Seat("bob")).ShouldBeTrue();
    }

    [Fact]
    public void All_but_one_device_means_the_others()
    {
        Enter(_west, "ann");
        Enter(_east, "ann", device: 2);
        Publish(new Outgoing(new Note(1), Audience.AllBut(Device("ann"))));
        Notes(_west).ShouldBeEmpty();
        Notes(_east).ShouldBe([1]);
        Enter(_west, "bob");
        Publish(new Outgoing(new Note(2), Audience.AllBut(Device("ann"))));
        Notes(_west).ShouldBe([2]);
    }

    [Fact]
    public void Some_devices_means_these()
    {
        Enter(_west, "ann");
        Enter(_east, "ann", device: 2);
        Publish(new Outgoing(new Note(1), Audience.OnlyDevices(Device("ann", 2))));
        Notes(_west).ShouldBeEmpty();
        Notes(_east).ShouldBe([1]);
    }

    [Fact]
    public void Without_a_place_a_subscription_begins_with_a_snapshot()
    {
        Publish(All(1));
        var start = Enter(_west, "ann");
        start.Recovered.ShouldBeFalse();
        start.Snapshot.ShouldBe(Picture);
        start.At.ShouldBe(new Position(Epoch, 1));
        start.Missed.ShouldBeEmpty();
    }

    [Fact]
    public void With_a_place_it_gets_exactly_what_it_missed_and_may_see()
    {
        Publish(All(1), To(2, "ann"), To(3, "bob"), new Outgoing(new Note(4), Audience.AllBut(Device("ann"))), All(5));
        var start = Enter(_west, "ann", after: new Position(Epoch, 1));
        start.Recovered.ShouldBeTrue();
        start.Missed.Select(e => ((Note)e.Event).Number).ShouldBe([2, 5]);
        start.At.ShouldBe(new Position(Epoch, 5));
    }

    [Fact]
    public void Who_has_missed_nothing_gets_nothing()
    {
        Publish(All(1));
        var start = Enter(_west, "ann", after: _source.At);
        start.Recovered.ShouldBeTrue();
        start.Missed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Epoch - 1, 1)]
    [InlineData(Epoch + 1, 1)]
    [InlineData(Epoch, 99)]
    public void A_place_of_another_epoch_or_from_the_future_begins_with_a_snapshot(long epoch, long seq)
    {
        Publish(All(1), All(2));
        Enter(_west, "ann", after: new Position(epoch, seq)).Snapshot.ShouldBe(Picture);
    }

    [Fact]
    public void A_place_that_the_log_does_not_reach_begins_with_a_snapshot()
    {
        Publish([.. Enumerable.Range(1, 20).Select(All)]);
        Enter(_west, "ann", after: new Position(Epoch, 9)).Snapshot.ShouldBe(Picture);
        Enter(_west, "bob", after: new Position(Epoch, 10)).Missed.Length.ShouldBe(10);
        Enter(_west, "cid", after: new Position(Epoch, 0)).Recovered.ShouldBeFalse();
    }

    [Fact]
    public void Subscribing_again_moves_the_seat()
    {
        Enter(_west, "ann");
        _source.Subscribe(new GatewayAddress("west", _west), Seat("ann") with { User = People.Id("bob") }, null, () => Picture);
        Publish(To(1, "ann"));
        Publish(To(2, "bob"));
        Notes(_west).ShouldBe([2]);
    }

    [Fact]
    public void A_gateway_that_started_again_is_called_at_its_new_address()
    {
        Enter(_west, "ann");
        _source.Subscribe(new GatewayAddress("west", _east), Seat("ann"), null, () => Picture);
        Publish(All(1));
        Notes(_west).ShouldBeEmpty();
        Notes(_east).ShouldBe([1]);
    }

    [Fact]
    public void A_seat_given_up_gets_nothing_and_an_unknown_one_may_be_given_up()
    {
        Enter(_west, "ann");
        _source.Unsubscribe("west", Connection("nobody"));
        _source.Unsubscribe("north", Connection("ann"));
        _source.HasSubscribers.ShouldBeTrue();
        _source.Unsubscribe("west", Connection("ann"));
        _source.HasSubscribers.ShouldBeFalse();
        Publish(All(1));
        Notes(_west).ShouldBeEmpty();
    }

    [Fact]
    public void Reading_gives_what_a_gateway_missed_and_its_seats_may_see()
    {
        Enter(_west, "ann");
        Enter(_east, "bob");
        Publish(All(1), To(2, "ann"), To(3, "bob"), All(4));
        var missed = _source.Read("west", new Position(Epoch, 1));
        missed.Complete.ShouldBeTrue();
        missed.Envelopes.Select(e => e.At.Seq).ShouldBe([2, 4]);
        missed.At.ShouldBe(new Position(Epoch, 4));
        missed.Link.ShouldBe(1);
    }

    [Fact]
    public void Reading_is_incomplete_without_a_seat_from_another_epoch_and_beyond_the_log()
    {
        _source.Read("west", new Position(Epoch, 0)).Complete.ShouldBeFalse();
        Enter(_west, "ann");
        Publish([.. Enumerable.Range(1, 20).Select(All)]);
        _source.Read("west", new Position(Epoch - 1, 0)).Complete.ShouldBeFalse();
        _source.Read("west", new Position(Epoch, 5)).Complete.ShouldBeFalse();
        _source.Read("west", new Position(Epoch, 15)).Complete.ShouldBeTrue();
    }

    [Fact]
    public void Dropping_a_user_takes_its_seats_everywhere_and_no_others()
    {
        Enter(_west, "ann");
        Enter(_west, "ann", device: 2);
        Enter(_west, "bob");
        Enter(_east, "ann", device: 3);
        _source.Drop(People.Id("ann"));
        Publish(To(1, "ann"), All(2));
        Notes(_west).ShouldBe([2]);
        Notes(_east).ShouldBeEmpty();
        _source.Read("east", new Position(Epoch, 0)).Complete.ShouldBeFalse();
    }

    [Fact]
    public void A_source_that_is_over_has_no_subscribers_and_tells_none()
    {
        Enter(_west, "ann");
        _source.DropAll();
        _source.HasSubscribers.ShouldBeFalse();
        _source.End();
        _west.Moves.ShouldBeEmpty();
    }

    [Fact]
    public void The_end_of_an_activation_is_told_to_each_gateway_once()
    {
        Enter(_west, "ann");
        Enter(_west, "bob");
        Enter(_east, "cid");
        _source.End();
        _source.End();
        _west.Moves.ShouldBe([(Id, Epoch)]);
        _east.Moves.ShouldBe([(Id, Epoch)]);
    }

    private static UserSnapshot Picture { get; } = new(new SessionId("concert"));

    private static Outgoing All(int number) => Outgoing.ToEveryone(new Note(number));

    private static Outgoing To(int number, string user) => new(new Note(number), Audience.Only(People.Id(user)));

    private static IEnumerable<int> Notes(RecordingRelay relay) => relay.Events.Cast<Note>().Select(n => n.Number);

    private SubscriptionStart Enter(RecordingRelay relay, string user, int device = 1, Position? after = null) =>
        _source.Subscribe(new GatewayAddress(relay == _west ? "west" : "east", relay), Seat(user, device), after, () => Picture);

    private void Publish(params Outgoing[] happened) => _source.Publish(happened);

    private sealed record Note(int Number) : Event
    {
        public override int Bytes => 100;
    }
}
