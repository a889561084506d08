using System.Diagnostics.Metrics;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Security;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Packets;

/// <summary>Numbers, names and bytes on their way out; and the token that opens the way.</summary>
public sealed class PacketExitTests
{
    private readonly PacketDialect _dialect = new();
    private readonly ConnectionMeter _meter = new(new Meter(nameof(PacketExitTests)));

    [Fact]
    public void A_stream_is_named_before_its_first_packet_and_all_who_hear_it_share_the_bytes()
    {
        var (first, second) = (new Recorder(), new Recorder());
        var (one, two) = (Exit(first), Exit(second));
        foreach (var envelope in new[] { Packet("a", 1), Packet("b", 1), Packet("a", 2) })
        {
            Send(one, envelope);
            Send(two, envelope);
        }

        first.Types.ShouldBe([1, 2, 1, 2, 2]);
        first.Numbers.ShouldBe([1u, 1u, 2u, 2u, 1u]);
        second.Numbers.ShouldBe(first.Numbers);
        second.Frames[1].ShouldBeSameAs(first.Frames[1]);
    }

    [Fact]
    public void Many_streams_leave_no_number_for_ever_and_one_that_got_another_is_named_again()
    {
        var recorder = new Recorder();
        var exit = Exit(recorder);
        Send(exit, Packet("a", 1));
        var late = Packet("a", 2);
        var bytes = late.For(_dialect, 0);
        for (var i = 0; i < PacketDialect.NumbersMax; i++)
        {
            Packet($"other {i}", 1).For(_dialect, 0);
        }

        // Its bytes were made when the stream still had its first number.
        Send(exit, late);
        Send(exit, Packet("a", 3));
        recorder.Types.ShouldBe([1, 2, 2, 1, 2]);
        recorder.Numbers[2].ShouldBe(PacketFrames.NumberIn(bytes.Span));
        recorder.Numbers[4].ShouldBe(recorder.Numbers[3]);
        recorder.Numbers[4].ShouldBeGreaterThan((uint)PacketDialect.NumbersMax);
    }

    [Fact]
    public void What_is_forgotten_is_named_again()
    {
        var recorder = new Recorder();
        var exit = Exit(recorder);
        Send(exit, Packet("a", 1));
        exit.Forget(Source("a"));
        Send(exit, Packet("a", 2));
        recorder.Types.ShouldBe([1, 2, 1, 2]);
    }

    [Fact]
    public void Two_dialects_among_the_receivers_encode_once_each()
    {
        var (first, second) = (new CountingDialect(), new CountingDialect());
        var envelope = Packet("a", 1);
        for (var i = 0; i < 3; i++)
        {
            envelope.For(first, 0);
            envelope.For(second, 0);
        }

        (first.Count, second.Count).ShouldBe((1, 1));
        envelope.For(first, 7);
        first.Count.ShouldBe(2, "for one who has seen something else");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(105)]
    [InlineData(106)]
    [InlineData(65_515)]
    [InlineData(65_516)]
    public void Whatever_its_size_a_packet_is_one_whole_frame(int length)
    {
        var packet = new PacketSent(new UserId("ann"), new DataStream("k"), Payload.Binary([.. Enumerable.Range(0, length).Select(i => (byte)i)]), 5);
        var frame = PacketFrames.Packet(9, 3, packet);
        var head = frame[1] switch { 126 => 4, 127 => 10, _ => 2 };
        frame.Length.ShouldBe(head + PacketFrames.PacketHeadLength + length);
        frame[0].ShouldBe((byte)0x82);
        frame[head..(head + 20)].ShouldBe([2, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
        frame[(head + 20)..].ShouldBe(packet.Data.Attachments[0]);
    }

    [Fact]
    public void JSON_with_binary_parts_says_them_in_base64()
    {
        var data = Payload.Of("""{"a":{"_placeholder":true,"num":0}}""") with { Attachments = [[1, 2, 3]] };
        var frame = PacketFrames.Packet(1, 1, new PacketSent(new UserId("ann"), new DataStream("k"), data));
        frame[3].ShouldBe(PacketFrames.IsJson);
        System.Text.Encoding.UTF8.GetString(frame[22..]).ShouldBe("""{"a":"AQID"}""");
    }

    [Fact]
    public void A_token_is_good_for_a_minute_and_for_its_seat()
    {
        var time = new ManualTimeProvider();
        var signed = new SignedTokens(new TokenKey(new byte[32]), time);
        var tokens = new PacketTokens(signed);
        var seat = new Seat(new ConnectionId("c", time.GetUtcNow().AddTicks(7), "gateway"), new UserId("ann"), new DeviceId("d"));
        var token = tokens.Issue(seat.Connection, new Caller(seat.User, seat.Device, "Ann"));
        tokens.Read(token).ShouldBe(seat);
        tokens.Read(signed.Issue("resume", PacketTokens.Lifetime, new Dictionary<string, object> { ["connection"] = "c", ["opened"] = 1, ["sub"] = "ann", ["device"] = "d" })).ShouldBeNull();
        time.Advance(PacketTokens.Lifetime + TimeSpan.FromSeconds(1));
        tokens.Read(token).ShouldBeNull();
    }

    private static SourceId Source(string kind) => new(SourceKind.DataStream, kind);

    private static EncodedEnvelope Packet(string kind, long seq) => new(new Envelope(
        Source(kind), new Position(1, seq), Audience.Everyone, new PacketSent(new UserId("ann"), new DataStream(kind), Payload.Binary([1]))));

    private static void Send(PacketExit exit, EncodedEnvelope envelope) => exit.Send(envelope, (PacketSent)envelope.Envelope.Event, null);

    private PacketExit Exit(Recorder recorder) => new(_dialect, new OutboundQueue(recorder, 1_000_000), _meter);

    /// <summary>Keeps the frames as they were given, and takes each at once.</summary>
    private sealed class Recorder : IFrameWriter
    {
        public List<byte[]> Frames { get; } = [];

        public IEnumerable<int> Types => Frames.Select(f => (int)f[2]);

        public List<uint> Numbers => [.. Frames.Select(f => PacketFrames.NumberIn(f))];

        public ValueTask Write(ReadOnlyMemory<byte> messages)
        {
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(messages, out var array).ShouldBeTrue();
            Frames.Add(array.Array!);
            return ValueTask.CompletedTask;
        }

        public void Abort(CloseCode code) => throw new InvalidOperationException($"Nothing here ends it: {code}");
    }

    private sealed class CountingDialect : IDialect
    {
        public int Count { get; private set; }

        public WireKind Wire => WireKind.Packets;

        public ReadOnlyMemory<byte> Encode(Envelope envelope, long previous)
        {
            Count++;
            return new byte[1];
        }

        public ReadOnlyMemory<byte> Encode(SourceId source, Position at, Snapshot snapshot) => default;
    }
}
