using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;

namespace Orchestrator.Connections;

public sealed class GathererTests : IDisposable
{
    private const int BusyFrom = 30;

    private readonly ManualTimeProvider _time = new();
    private readonly FakeWriter _writer = new();
    private readonly Gatherer _gatherer;
    private readonly OutboundQueue _queue;

    public GathererTests()
    {
        _gatherer = Gatherer(new GatewayOptions { GatherMilliseconds = 3, GatherFromPerSecond = 10 * BusyFrom });
        _queue = new OutboundQueue(_writer, 1_000_000, _gatherer);
    }

    public void Dispose() => _gatherer.Dispose();

    [Fact]
    public void What_comes_for_a_quiet_connection_does_not_wait()
    {
        for (var i = 0; i < 10 * BusyFrom; i++)
        {
            Send("a");
            _time.Advance(TimeSpan.FromMilliseconds(4));
        }

        _writer.Writes.Count.ShouldBe(10 * BusyFrom);
    }

    [Fact]
    public async Task What_comes_for_a_busy_one_goes_out_together_and_in_order()
    {
        MakeBusy();
        Send("a", "b");
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Send("c");
        _writer.Writes.Count.ShouldBe(BusyFrom);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually(() => _writer.Writes.Count > BusyFrom ? null : "nothing was written");
        _writer.Writes[BusyFrom].ShouldBe("abc");
        _queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task Packets_are_gathered_too_behind_events()
    {
        MakeBusy();
        _queue.Enqueue(new OutboundPacket(new(Delivery.SourceKind.DataStream, "s"), null, "p"u8.ToArray()));
        Send("a");
        _time.Advance(TimeSpan.FromMilliseconds(3));
        await Eventually(() => _writer.Writes.Count > BusyFrom ? null : "nothing was written");
        _writer.Writes[BusyFrom].ShouldBe("ap");
    }

    [Fact]
    public async Task A_connection_that_is_quiet_again_is_written_to_at_once()
    {
        MakeBusy();
        Send("a");
        _time.Advance(TimeSpan.FromMilliseconds(300));
        await Eventually(() => _writer.Writes.Count > BusyFrom ? null : "nothing was written");
        Send("b");
        _writer.Writes[^1].ShouldBe("b");
    }

    [Fact]
    public void A_lot_of_bytes_does_not_wait()
    {
        MakeBusy();
        Send("a");
        Send(new string('b', 20_000));
        _writer.Writes.Count.ShouldBe(BusyFrom + 1);
        _writer.Writes[^1].Length.ShouldBe(20_001);
    }

    [Fact]
    public async Task Who_waits_for_what_was_sent_waits_for_what_was_gathered()
    {
        MakeBusy();
        Send("a");
        var written = _queue.Written();
        written.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(3));
        await written;
        _writer.Writes[^1].ShouldBe("a");
    }

    [Fact]
    public async Task After_the_end_nothing_that_was_gathered_is_written()
    {
        MakeBusy();
        Send("a");
        var written = _queue.Written();
        _queue.End();
        await written;
        _time.Advance(TimeSpan.FromMilliseconds(3));

        // Another queue shows when the gatherer has passed the first one.
        var next = new FakeWriter();
        var other = new OutboundQueue(next, 1_000_000, _gatherer);
        for (var i = 0; i <= BusyFrom; i++)
        {
            other.Enqueue("x"u8.ToArray());
        }

        _time.Advance(TimeSpan.FromMilliseconds(3));
        await Eventually(() => next.Writes.Count > BusyFrom ? null : "the other was not written");
        _writer.Writes.Count.ShouldBe(BusyFrom);
    }

    [Fact]
    public void Without_a_time_nothing_is_gathered()
    {
        using var off = Gatherer(new GatewayOptions { GatherMilliseconds = 0 });
        var queue = new OutboundQueue(_writer, 1_000_000, off);
        for (var i = 0; i < 1_000; i++)
        {
            queue.Enqueue("a"u8.ToArray());
        }

        _writer.Writes.Count.ShouldBe(1_000);
    }

    [Fact]
    public async Task Many_senders_at_once_lose_nothing_and_each_keeps_its_order()
    {
        const int Senders = 4;
        const int Each = 5_000;
        using var gatherer = new Gatherer(Options.Create(new GatewayOptions()), TimeProvider.System);
        var queue = new OutboundQueue(_writer, 100_000_000, gatherer);
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                queue.Enqueue(Encoding.ASCII.GetBytes($"{sender}:{i};"));
            }
        })));

        await Eventually(() => queue.Bytes == 0 ? null : $"{queue.Bytes} bytes wait");
        var messages = string.Concat(_writer.Writes).Split(';', StringSplitOptions.RemoveEmptyEntries);
        messages.Length.ShouldBe(Senders * Each);
        foreach (var sender in messages.GroupBy(m => m[0]))
        {
            sender.Select(m => int.Parse(m[2..], CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, Each));
        }

        _writer.AtOnceMax.ShouldBe(1);
        _writer.Writes.Count.ShouldBeLessThan(Senders * Each / 10);
    }

    private Gatherer Gatherer(GatewayOptions options) => new(Options.Create(options), _time);

    /// <summary>So many messages at once that the next one is gathered.</summary>
    private void MakeBusy()
    {
        for (var i = 0; i < BusyFrom; i++)
        {
            Send("-");
        }

        _writer.Writes.Count.ShouldBe(BusyFrom);
    }

    private void Send(params string[] messages)
    {
        foreach (var message in messages)
        {
            _queue.Enqueue(Encoding.ASCII.GetBytes(message));
        }
    }
}
