using System.Text;

namespace Orchestrator.Connections;

public sealed class OutboundQueueTests
{
    private readonly FakeWriter _writer = new();

    [Fact]
    public void A_message_is_written_at_once_on_the_thread_of_who_sends_it()
    {
        var queue = Queue();
        Send(queue, "a");
        Send(queue, "b");
        _writer.Writes.ShouldBe(["a", "b"]);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void What_waits_while_a_write_is_under_way_goes_out_in_one_write_and_in_order()
    {
        var queue = Queue();
        _writer.Stall();
        Send(queue, "a");
        Send(queue, "b", "c", "d");
        _writer.Writes.ShouldBe(["a"]);
        queue.Bytes.ShouldBe(4);
        _writer.GoOn();
        _writer.Writes.ShouldBe(["a", "bcd"]);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Stall_after_stall_everything_goes_out_in_order()
    {
        var queue = Queue();
        var random = new Random(1);
        var sent = new StringBuilder();
        for (var i = 0; i < 5_000; i++)
        {
            var text = $"{i},";
            sent.Append(text);
            Send(queue, text);
            switch (random.Next(3))
            {
                case 0:
                    _writer.Stall();
                    break;
                case 1:
                    _writer.GoOn();
                    break;
            }
        }

        _writer.GoOn();
        string.Concat(_writer.Writes).ShouldBe(sent.ToString());
        _writer.AtOnceMax.ShouldBe(1);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Too_much_ends_the_connection_as_a_slow_consumer_and_its_sender_waits_for_nothing()
    {
        var queue = Queue(bytesMax: 10);
        _writer.Stall();
        Send(queue, "0123", "4567", "89");
        _writer.Closed.ShouldBeNull();
        Send(queue, "x");
        _writer.Closed.ShouldBe(CloseCode.SlowConsumer);
        queue.Bytes.ShouldBe(0);

        Send(queue, "y");
        _writer.GoOn();
        _writer.Writes.ShouldBe(["0123"]);
        _writer.Aborts.ShouldBe(1);
    }

    [Fact]
    public async Task It_is_drained_when_what_came_during_a_write_has_gone_too()
    {
        var queue = Queue();
        queue.Drained().IsCompleted.ShouldBeTrue("nothing waits");
        _writer.Stall();
        Send(queue, "a", "b");
        var (written, drained) = (queue.Written(), queue.Drained());
        _writer.GoOnOnce();
        await written.WaitAsync(TimeSpan.FromSeconds(15));
        drained.IsCompleted.ShouldBeFalse("b is being written");
        _writer.GoOn();
        await drained.WaitAsync(TimeSpan.FromSeconds(15));
        _writer.Writes.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Who_waits_for_the_last_of_it_is_let_go_when_the_connection_ends()
    {
        var queue = Queue();
        _writer.Stall();
        Send(queue, "a");
        var drained = queue.Drained();
        queue.End();
        await drained.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void What_is_being_written_counts_as_waiting()
    {
        var queue = Queue(bytesMax: 10);
        _writer.Stall();
        Send(queue, "0123456789");
        Send(queue, "x");
        _writer.Closed.ShouldBe(CloseCode.SlowConsumer);
    }

    [Fact]
    public void A_message_that_is_larger_than_all_that_may_wait_ends_the_connection()
    {
        var queue = Queue(bytesMax: 3);
        Send(queue, "abc");
        _writer.Closed.ShouldBeNull();
        Send(queue, "abcd");
        _writer.Closed.ShouldBe(CloseCode.SlowConsumer);
        _writer.Writes.ShouldBe(["abc"]);
    }

    [Fact]
    public void After_the_end_nothing_is_written()
    {
        var queue = Queue();
        _writer.Stall();
        Send(queue, "a", "b");
        queue.End();
        Send(queue, "c");
        _writer.GoOn();
        _writer.Writes.ShouldBe(["a"]);
        _writer.Closed.ShouldBeNull();
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void A_write_that_fails_ends_the_queue_and_not_its_sender()
    {
        var queue = Queue();
        _writer.Failure = new IOException("Gone.");
        Send(queue, "a");
        _writer.Failure = null;
        Send(queue, "b");
        _writer.Writes.ShouldBe(["a"]);
        queue.Bytes.ShouldBe(0);
    }

    [Fact]
    public void A_writer_that_throws_at_once_ends_the_queue_and_not_its_sender()
    {
        var queue = Queue();
        _writer.ThrowAtOnce = true;
        Send(queue, "a");
        _writer.ThrowAtOnce = false;
        Send(queue, "b");
        _writer.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void A_write_that_fails_after_a_stall_ends_the_queue()
    {
        var queue = Queue();
        _writer.Stall();
        Send(queue, "a", "b", "c");
        _writer.GoOn(new IOException("Gone."));
        Send(queue, "d");
        _writer.Writes.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Many_senders_at_once_lose_nothing_and_each_keeps_its_order()
    {
        const int Senders = 4;
        const int Each = 5_000;
        var queue = Queue(bytesMax: 100_000_000);
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Send(queue, $"{sender}:{i};");
            }
        })));

        await Eventually(() => queue.Bytes == 0 ? null : $"{queue.Bytes} bytes wait");
        var messages = string.Concat(_writer.Writes).Split(';', StringSplitOptions.RemoveEmptyEntries);
        messages.Length.ShouldBe(Senders * Each);
        foreach (var sender in messages.GroupBy(m => m[0]))
        {
            sender.Select(m => int.Parse(m[2..], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, Each));
        }

        _writer.AtOnceMax.ShouldBe(1);
    }

    private OutboundQueue Queue(int bytesMax = 1_000_000) => new(_writer, bytesMax);

    private static void Send(OutboundQueue queue, params string[] messages)
    {
        foreach (var message in messages)
        {
            queue.Enqueue(Encoding.ASCII.GetBytes(message));
        }
    }

    /// <summary>A socket that takes what it is given at once, unless it is stalled.</summary>
    private sealed class FakeWriter : IFrameWriter
    {
        private TaskCompletionSource? _stall;
        private int _atOnce;

        public List<string> Writes { get; } = [];

        public CloseCode? Closed { get; private set; }

        public int Aborts { get; private set; }

        public int AtOnceMax { get; private set; }

        public Exception? Failure { get; set; }

        public bool ThrowAtOnce { get; set; }

        public void Stall() => _stall ??= new TaskCompletionSource();

        /// <summary>Lets the present write go on; the next one stalls again.</summary>
        public void GoOnOnce()
        {
            var stall = _stall;
            _stall = new TaskCompletionSource();
            stall?.SetResult();
        }

        public void GoOn(Exception? failure = null)
        {
            var stall = _stall;
            _stall = null;
            if (failure is not null)
            {
                stall?.SetException(failure);
                return;
            }

            stall?.SetResult();
        }

        public ValueTask Write(ReadOnlyMemory<byte> messages)
        {
            if (ThrowAtOnce)
            {
                throw new IOException("Gone.");
            }

            return WriteLater(messages);
        }

        public void Abort(CloseCode code)
        {
            Aborts++;
            Closed = code;
        }

        private async ValueTask WriteLater(ReadOnlyMemory<byte> messages)
        {
            AtOnceMax = Math.Max(AtOnceMax, Interlocked.Increment(ref _atOnce));
            Writes.Add(Encoding.ASCII.GetString(messages.Span));
            try
            {
                if (Failure is { } failure)
                {
                    throw failure;
                }

                if (_stall is { } stall)
                {
                    await stall.Task;
                }
            }
            finally
            {
                Interlocked.Decrement(ref _atOnce);
            }
        }
    }
}
