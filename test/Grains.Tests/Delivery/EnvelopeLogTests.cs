using Orchestrator.Sessions;

namespace Orchestrator.Delivery;

public sealed class EnvelopeLogTests
{
    [Fact]
    public void It_holds_no_more_bytes_than_it_may()
    {
        var log = Filled(bytesMax: 100, 40, 40, 40);
        log.ReachesBackTo(0).ShouldBeFalse();
        log.ReachesBackTo(1).ShouldBeTrue();
        Seqs(log, 1).ShouldBe([2, 3]);
    }

    [Fact]
    public void One_that_is_larger_than_all_of_it_is_forgotten_at_once()
    {
        var log = Filled(bytesMax: 100, 40, 101);
        log.ReachesBackTo(1).ShouldBeFalse();
        log.ReachesBackTo(2).ShouldBeTrue();
        Seqs(log, 0).ShouldBeEmpty();
    }

    [Fact]
    public void Without_room_nothing_is_kept()
    {
        var log = Filled(bytesMax: 0, 1);
        log.ReachesBackTo(0).ShouldBeFalse();
        log.ReachesBackTo(1).ShouldBeTrue();
    }

    [Fact]
    public void An_empty_log_has_forgotten_nothing() => new EnvelopeLog(100).ReachesBackTo(0).ShouldBeTrue();

    [Fact]
    public void Exactly_full_is_not_too_full() => Filled(bytesMax: 80, 40, 40).ReachesBackTo(0).ShouldBeTrue();

    [Fact]
    public void What_is_not_to_be_kept_takes_no_room_and_is_not_missed()
    {
        var log = Filled(bytesMax: 100, 40);
        for (var seq = 2; seq <= 50; seq++)
        {
            log.Add(new Envelope(SourceId.Of(new SessionId("s")), new Position(1, seq), Audience.Everyone, new Passing()));
        }

        log.Add(new Envelope(SourceId.Of(new SessionId("s")), new Position(1, 51), Audience.Everyone, new Sized(40)));
        log.ReachesBackTo(0).ShouldBeTrue();
        Seqs(log, 0).ShouldBe([1, 51]);
    }

    private static EnvelopeLog Filled(int bytesMax, params int[] sizes)
    {
        var log = new EnvelopeLog(bytesMax);
        for (var i = 0; i < sizes.Length; i++)
        {
            log.Add(new Envelope(SourceId.Of(new SessionId("s")), new Position(1, i + 1), Audience.Everyone, new Sized(sizes[i])));
        }

        return log;
    }

    private static IEnumerable<long> Seqs(EnvelopeLog log, long after) => log.After(after, _ => true).Select(e => e.At.Seq);

    private sealed record Passing : Event
    {
        public override int Bytes => 1_000;

        public override bool IsKept => false;
    }

    private sealed record Sized(int Size) : Event
    {
        public override int Bytes => Size;
    }
}
