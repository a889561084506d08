using Orchestrator.Delivery;
using static Orchestrator.Support.People;

namespace Orchestrator.DataStreams;

public sealed class PacketRulesTests
{
    private static readonly Position At = new(1, 5);

    private readonly PacketRules _rules = new(new DataStreamKey(Id("ann"), "audio"));

    [Fact]
    public void Before_the_session_has_spoken_nobody_sends()
    {
        _rules.MustAsk(default, Start).ShouldBeTrue();
        Refused("x").ShouldBe(RefusalCode.NotInSession);
    }

    [Fact]
    public void Its_word_holds_until_something_was_declared_since_or_it_is_old()
    {
        Learn(new DataStream("audio"));
        _rules.MustAsk(At, Start).ShouldBeFalse();
        _rules.MustAsk(At with { Seq = 6 }, Start).ShouldBeTrue();
        _rules.MustAsk(new Position(2, 0), Start).ShouldBeTrue();
        _rules.MustAsk(At, Start.AddSeconds(9.9)).ShouldBeFalse();
        _rules.MustAsk(At, Start.AddSeconds(10)).ShouldBeTrue();
    }

    [Fact]
    public void A_clock_that_is_set_back_stops_nothing()
    {
        var back = Start.AddHours(-1);
        Learn(new DataStream("audio"));
        _rules.MustAsk(At, back).ShouldBeTrue();
        var budget = new ByteBudget(100, Start);
        budget.Take(100, Start);
        Should.Throw<Refusal>(() => budget.Take(100, back)).Code.ShouldBe(RefusalCode.TooManyRequests);
        budget.Take(100, back.AddSeconds(1));
    }

    [Fact]
    public void A_packet_carries_the_declaration_and_is_not_kept()
    {
        var stream = new DataStream("audio", "opus", PacketPolicy.Latest);
        Learn(stream);
        var (@event, audience) = Send("x").ShouldHaveSingleItem();
        @event.ShouldBe(new PacketSent(Id("ann"), stream, Text("x")));
        @event.IsKept.ShouldBeFalse();
        @event.ChangesState.ShouldBeFalse();
        audience!.IsEveryone.ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_declared_goes_out_reliably_and_without_a_limit()
    {
        Learn(null);
        ((PacketSent)Send(new string('x', 1_000_000)).Single().Event).Stream.ShouldBe(new DataStream("audio"));
    }

    [Fact]
    public void An_older_word_changes_nothing()
    {
        Learn(new DataStream("audio", "new"));
        _rules.Learn(new StreamStanding(false, null, At with { Seq = 4 }), Start);
        ((PacketSent)Send("x").Single().Event).Stream.Description.ShouldBe("new");
    }

    [Fact]
    public void An_owner_that_has_left_may_not_send()
    {
        Learn(new DataStream("audio"));
        _rules.Learn(new StreamStanding(false, null, At with { Seq = 6 }), Start);
        Refused("x").ShouldBe(RefusalCode.NotInSession);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("0")]
    public void Nothing_is_no_packet(string nothing)
    {
        Learn(null);
        RefusalOf(() => _rules.Send(new Packet(Payload.Of(nothing), At), Start)).ShouldBe(RefusalCode.EventDataMissing);
        RefusalOf(() => _rules.Send(new Packet(null, At), Start)).ShouldBe(RefusalCode.EventDataMissing);
    }

    [Fact]
    public void So_many_bytes_go_out_in_a_second_and_what_was_refused_costs_nothing()
    {
        Learn(new DataStream("audio", BytesPerSecondMax: 100));
        Send(new string('x', 58));
        Send(new string('x', 38));
        Refused("x").ShouldBe(RefusalCode.TooManyRequests);
        Refused("x", 0.02).ShouldBe(RefusalCode.TooManyRequests);
        Send("x", 0.031).Count.ShouldBe(1);
        Refused("x", 0.04).ShouldBe(RefusalCode.TooManyRequests);
        Send(new string('x', 98), 9).Count.ShouldBe(1);
        Refused("x", 9).ShouldBe(RefusalCode.TooManyRequests);
    }

    [Fact]
    public void One_that_can_never_be_sent_is_refused_as_too_large()
    {
        Learn(new DataStream("audio", BytesPerSecondMax: 100));
        Refused(new string('x', 99)).ShouldBe(RefusalCode.LimitReached);
        Send(new string('x', 98)).Count.ShouldBe(1);
    }

    [Fact]
    public void Bytes_cost_what_they_are_and_the_time_stamp_of_the_sender_goes_along()
    {
        Learn(new DataStream("audio", BytesPerSecondMax: 100));
        RefusalOf(() => _rules.Send(new Packet(Payload.Binary(new byte[101]), At), Start)).ShouldBe(RefusalCode.LimitReached);
        var sent = _rules.Send(new Packet(Payload.Binary(new byte[100]), At, -7), Start).ShouldHaveSingleItem().Event.ShouldBeOfType<PacketSent>();
        (sent.Data.AsBinary()!.Length, sent.SentAt).ShouldBe((100, -7));
    }

    [Fact]
    public void Another_word_with_the_same_limit_gives_no_new_bytes_and_one_with_another_limit_does()
    {
        Learn(new DataStream("audio", BytesPerSecondMax: 10));
        Send(new string('x', 8));
        Learn(new DataStream("audio", "anew", BytesPerSecondMax: 10));
        Refused("x").ShouldBe(RefusalCode.TooManyRequests);
        Learn(new DataStream("audio", BytesPerSecondMax: 20));
        Send("x").Count.ShouldBe(1);
        Learn(null);
        Send(new string('x', 500)).Count.ShouldBe(1);
    }

    private void Learn(DataStream? stream) => _rules.Learn(new StreamStanding(true, stream, At), Start);

    /// <summary>A text of so many letters has two bytes more.</summary>
    private IReadOnlyList<Outgoing> Send(string text, double seconds = 0) => _rules.Send(new Packet(Text(text), At), Start.AddSeconds(seconds));

    private RefusalCode? Refused(string text, double seconds = 0) => RefusalOf(() => Send(text, seconds));
}
