using System.Text;
using Orchestrator.Delivery;

namespace Orchestrator.Connections;

/// <summary>Packets beside replies and events, on a socket that takes nothing until it is told to.</summary>
public sealed class PacketLaneTests
{
    private static readonly SourceId[] Streams = [.. Enumerable.Range(0, 3).Select(i => new SourceId(SourceKind.DataStream, $"{i}"))];

    private readonly SlowWriter _writer = new();

    [Fact]
    public void Messages_go_before_packets_and_each_keeps_its_order()
    {
        var queue = Stalled();
        Packet(queue, "1", null);
        Message(queue, "a");
        Packet(queue, "2", null);
        Message(queue, "b");
        _writer.GoOn();
        _writer.Writes.ShouldBe(["!", "ab12"]);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Of_the_latest_only_the_newest_waits_and_the_others_are_counted()
    {
        var queue = Stalled();
        Packet(queue, "1", 1);
        Packet(queue, "2", 1);
        Packet(queue, "x", 1, stream: 1);
        Packet(queue, "3", 1);
        _writer.GoOn();
        _writer.Writes.ShouldBe(["!", "x3"]);
        queue.Dropped(Streams[0]).ShouldBe(2);
        queue.Dropped(Streams[1]).ShouldBe(0);
    }

    [Fact]
    public void So_many_wait_as_the_stream_says_and_the_oldest_go()
    {
        var queue = Stalled();
        for (var i = 1; i <= 7; i++)
        {
            Packet(queue, $"{i}", 3);
        }

        _writer.GoOn();
        _writer.Writes.ShouldBe(["!", "567"]);
        queue.Dropped(Streams[0]).ShouldBe(4);
    }

    [Fact]
    public void What_was_dropped_is_taken_once_and_what_is_over_is_not_told()
    {
        var queue = Stalled();
        queue.TakeDrops().ShouldBeEmpty();
        Packet(queue, "1", 1);
        Packet(queue, "x", 1, stream: 1);
        Packet(queue, "2", 1);
        Packet(queue, "3", 1);
        Packet(queue, "y", 1, stream: 1);
        queue.TakeDrops().ShouldBe([new StreamDrops(Streams[0], 2), new StreamDrops(Streams[1], 1)], ignoreOrder: true);
        queue.TakeDrops().ShouldBeEmpty();
        Packet(queue, "4", 1);
        Packet(queue, "z", 1, stream: 1);
        queue.Forget(Streams[1]);
        queue.TakeDrops().ShouldBe([new StreamDrops(Streams[0], 1)]);
        queue.Dropped(Streams[0]).ShouldBe(3);
        Packet(queue, "5", 1);
        queue.End();
        queue.TakeDrops().ShouldBeEmpty();
    }

    [Fact]
    public void Too_much_that_may_not_be_dropped_ends_the_connection()
    {
        var queue = Stalled(bytesMax: 10);
        Packet(queue, "01234", null);
        Message(queue, "5678");
        _writer.Closed.ShouldBeNull();
        Packet(queue, "x", null);
        _writer.Closed.ShouldBe(CloseCode.SlowConsumer);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Packets_that_may_be_dropped_never_end_it_nor_take_the_room_of_others()
    {
        var queue = Stalled(bytesMax: 10);
        Packet(queue, "0123456789", 100);
        Packet(queue, "abc", 100, stream: 1);
        Message(queue, "987654321");
        Packet(queue, "efgh", 100);
        Packet(queue, "0123456789x", 100, stream: 2);
        _writer.Closed.ShouldBeNull();
        _writer.GoOn();
        _writer.Writes.ShouldBe(["!", "987654321efgh"]);
        Streams.Select(queue.Dropped).ShouldBe([1L, 1L, 1L]);
    }

    [Fact]
    public void What_is_forgotten_is_not_sent_and_the_rest_is()
    {
        var queue = Stalled();
        Packet(queue, "1", null);
        Packet(queue, "x", 2, stream: 1);
        Packet(queue, "2", null);
        Packet(queue, "y", null, stream: 1);
        queue.Forget(Streams[1]);
        queue.Bytes.ShouldBe(3);
        _writer.GoOn();
        _writer.Writes.ShouldBe(["!", "12"]);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void An_event_waits_for_some_packets_but_not_for_all()
    {
        var queue = Stalled(bytesMax: 1_000_000);
        var packet = new string('p', 40_000);
        for (var i = 0; i < 5; i++)
        {
            Packet(queue, packet, null);
        }

        _writer.LetOneGo();
        Message(queue, "event");
        _writer.GoOn();
        _writer.Writes.Select(w => w.Length).ShouldBe([1, 80_000, "event".Length + 80_000, 40_000]);
        _writer.Writes[2].ShouldStartWith("event");
    }

    [Fact]
    public void What_is_being_written_is_waited_for_and_what_waits_is_not()
    {
        var queue = Stalled();
        Packet(queue, "1", null);
        var written = queue.Written();
        written.IsCompleted.ShouldBeFalse();
        _writer.LetOneGo();
        written.IsCompleted.ShouldBeTrue();
        _writer.GoOn();
        queue.Written().IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Nobody_waits_for_a_queue_that_has_ended()
    {
        var queue = Stalled();
        var written = queue.Written();
        queue.End();
        written.IsCompleted.ShouldBeTrue();
        queue.Written().IsCompleted.ShouldBeTrue();
        Packet(queue, "1", null);
        Packet(queue, "2", 1);
        _writer.GoOn();
        _writer.Writes.ShouldBe(["!"]);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void On_one_lane_everything_goes_as_it_came_but_for_what_is_dropped()
    {
        var queue = Stalled(lanes: Lanes.One);
        Packet(queue, "1", null);
        Message(queue, "a");
        Packet(queue, "2", 1);
        Message(queue, "b");
        Packet(queue, "3", null);
        Packet(queue, "4", 1);
        Message(queue, "c");
        _writer.GoOn();
        _writer.Writes.ShouldBe(["!", "1ab34c"]);
        queue.Dropped(Streams[0]).ShouldBe(1);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void On_one_lane_what_did_not_fit_into_a_write_goes_before_what_came_later()
    {
        var queue = Stalled(1_000_000, Lanes.One);
        Packet(queue, new string('p', 70_000), 10);
        Packet(queue, new string('q', 70_000), 10);
        _writer.LetOneGo();
        Message(queue, "a");
        Packet(queue, "r", null);
        _writer.GoOn();
        _writer.Writes.Select(w => w.Length).ShouldBe([1, 70_000, 70_000, 2]);
        _writer.Writes[3].ShouldBe("ar");
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_it_is_what_a_plain_list_would_do()
    {
        for (var seed = 1; seed <= 2_000; seed++)
        {
            new Run(seed).Go();
        }
    }

    private OutboundQueue Stalled(int bytesMax = 100_000, Lanes lanes = Lanes.Two)
    {
        var queue = new OutboundQueue(_writer, bytesMax, lanes: lanes);
        _writer.Stall();
        Message(queue, "!");
        return queue;
    }

    private static void Message(OutboundQueue queue, string text) => queue.Enqueue(Encoding.ASCII.GetBytes(text));

    private static void Packet(OutboundQueue queue, string text, int? waitingMax, int stream = 0) =>
        queue.Enqueue(new OutboundPacket(Streams[stream], waitingMax, Encoding.ASCII.GetBytes(text)));

    /// <summary>The queue and a list that is searched from its beginning each time.</summary>
    private sealed class Run(int seed)
    {
        private const int BytesMax = 60;

        private readonly Random _random = new(seed);
        private readonly SlowWriter _writer = new();
        private readonly List<string> _messages = [];
        private readonly List<(int Stream, int? WaitingMax, string Text)> _packets = [];
        private readonly List<string> _expected = [];
        private readonly long[] _dropped = new long[3];
        private string _writing = "";
        private (int Bytes, int Droppable) _inFlight;
        private bool _isClosed;
        private int _count;

        public void Go()
        {
            var queue = new OutboundQueue(_writer, BytesMax);
            _writer.Stall();
            for (var step = 0; step < 60 && !_isClosed; step++)
            {
                Step(queue);
                var context = $"seed {seed} step {step}";
                (_writer.Closed is not null).ShouldBe(_isClosed, context);
                _writer.Writes.ShouldBe(_expected, context);
                if (!_isClosed)
                {
                    queue.Bytes.ShouldBe(Kept() + Droppable(), context);
                    Enumerable.Range(0, 3).Select(i => queue.Dropped(Streams[i])).ShouldBe(_dropped, context);
                }
            }
        }

        private void Step(OutboundQueue queue)
        {
            var text = $"{_count++}{new string('.', _random.Next(12))};";
            switch (_random.Next(10))
            {
                case < 2:
                    Message(queue, text);
                    Close(text);
                    if (!_isClosed)
                    {
                        _messages.Add(text);
                    }

                    break;
                case < 8:
                    var stream = _random.Next(3);
                    int? waitingMax = stream == 0 ? null : stream == 1 ? 1 : _random.Next(1, 5);
                    Packet(queue, text, waitingMax, stream);
                    Add(stream, waitingMax, text);
                    break;
                case 8 when _random.Next(3) == 0:
                    var forgotten = _random.Next(3);
                    queue.Forget(Streams[forgotten]);
                    _packets.RemoveAll(p => p.Stream == forgotten);
                    _dropped[forgotten] = 0;
                    break;
                default:
                    _inFlight = default;
                    _writing = "";
                    Take();
                    _writer.LetOneGo();
                    return;
            }

            if (_writing.Length == 0 && !_isClosed)
            {
                Take();
            }
        }

        private void Add(int stream, int? waitingMax, string text)
        {
            if (waitingMax is not { } max)
            {
                Close(text);
                if (!_isClosed)
                {
                    _packets.Add((stream, null, text));
                }

                return;
            }

            while (_packets.Count(p => p.Stream == stream) is var n && n > 0 && (n >= max || Droppable() + text.Length > BytesMax))
            {
                _packets.RemoveAt(_packets.FindIndex(p => p.Stream == stream));
                _dropped[stream]++;
            }

            if (Droppable() + text.Length > BytesMax)
            {
                _dropped[stream]++;
                return;
            }

            _packets.Add((stream, max, text));
        }

        private void Close(string text) => _isClosed |= Kept() + text.Length > BytesMax;

        private int Kept() => _inFlight.Bytes + _messages.Sum(m => m.Length) + _packets.Where(p => p.WaitingMax is null).Sum(p => p.Text.Length);

        private int Droppable() => _inFlight.Droppable + _packets.Where(p => p.WaitingMax is not null).Sum(p => p.Text.Length);

        /// <summary>Everything goes into one write: there is never as much as would not.</summary>
        private void Take()
        {
            if (_messages.Count + _packets.Count == 0)
            {
                return;
            }

            _inFlight = (Kept() - _inFlight.Bytes, Droppable() - _inFlight.Droppable);
            _writing = string.Concat(_messages.Concat(_packets.Select(p => p.Text)));
            _expected.Add(_writing);
            _messages.Clear();
            _packets.Clear();
        }
    }

    /// <summary>A socket that takes nothing while it is stalled, then one write, or all.</summary>
    private sealed class SlowWriter : IFrameWriter
    {
        private TaskCompletionSource? _stall;

        public List<string> Writes { get; } = [];

        public CloseCode? Closed { get; private set; }

        public void Stall() => _stall = new TaskCompletionSource();

        public void LetOneGo()
        {
            var stall = _stall!;
            Stall();
            stall.SetResult();
        }

        public void GoOn()
        {
            var stall = _stall!;
            _stall = null;
            stall.SetResult();
        }

        public async ValueTask Write(ReadOnlyMemory<byte> messages)
        {
            Writes.Add(Encoding.ASCII.GetString(messages.Span));
            if (_stall is { } stall)
            {
                await stall.Task;
            }
        }

        public void Abort(CloseCode code) => Closed = code;
    }
}
