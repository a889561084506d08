using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Clocks;

namespace Orchestrator.Tests;

/// <summary>The SNTP client against servers that misbehave in every way there is.</summary>
public sealed class SntpClientTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly DateTimeOffset Told = new(2031, 5, 4, 3, 2, 1, 500, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData("1999-12-31T23:59:59.75Z")]
    [InlineData("2026-11-21T12:00:00Z")]
    [InlineData("2036-02-07T06:28:15.5Z")]
    [InlineData("2036-02-07T06:28:16.5Z")]
    [InlineData("2077-01-01T00:00:00.125Z")]
    public async Task The_time_of_the_server_is_read_in_both_eras(string text)
    {
        var told = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        using var server = TimeServer.Saying(told);

        var reading = await Client().Ask(server.Source, Timeout);

        // Sent and received in the same moment of a clock that stands still.
        reading!.Utc.ShouldBe(told, TimeSpan.FromMicroseconds(1));
        reading.Timestamp.ShouldBe(_time.GetTimestamp());
    }

    [Fact]
    public async Task Half_of_the_way_there_and_back_is_added()
    {
        using var server = new TimeServer(question =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(80));
            return [new Answer(TimeServer.Packet(question, Told))];
        });

        (await Client().Ask(server.Source, Timeout))!.Utc.ShouldBe(Told + TimeSpan.FromMilliseconds(40), TimeSpan.FromMicroseconds(1));
    }

    public static TheoryData<string, Action<byte[]>> NoTimes() => new()
    {
        { "kiss of death", p => p[1] = 0 },
        { "stratum out of range", p => p[1] = 16 },
        { "not synchronised", p => p[0] |= 0b11_000_000 },
        { "no transmit time", p => p.AsSpan(40).Clear() },
        { "no receive time", p => p.AsSpan(32, 8).Clear() },
        { "sent before it was received", p => p[43]-- },
    };

    [Theory]
    [MemberData(nameof(NoTimes))]
    public async Task An_answer_that_gives_no_time_is_none_at_once(string why, Action<byte[]> spoil)
    {
        using var server = new TimeServer(question => [new Answer(Spoiled(question, spoil))]);

        (await Client().Ask(server.Source, Timeout)).ShouldBeNull(why);
    }

    public static TheoryData<string, Func<byte[], IEnumerable<byte[]>>> NoAnswers() => new()
    {
        { "too short", q => [TimeServer.Packet(q, Told)[..47], []] },
        { "too long", q => [[.. TimeServer.Packet(q, Told), 0], new byte[500]] },
        { "the answer to another question", q => [Spoiled(q, p => p[24] ^= 1)] },
        { "a client's packet", q => [Spoiled(q, p => p[0] = 0b00_100_011), q] },
        { "a broadcast", q => [Spoiled(q, p => p[0] = 0b00_100_101)] },
    };

    [Theory]
    [MemberData(nameof(NoAnswers))]
    public async Task What_is_no_answer_is_passed_over_and_the_right_one_still_counts(string why, Func<byte[], IEnumerable<byte[]>> wrong)
    {
        using var server = new TimeServer(question => [.. wrong(question).Select(p => new Answer(p)), new Answer(TimeServer.Packet(question, Told))]);

        (await Client().Ask(server.Source, Timeout))!.Utc.ShouldBe(Told, TimeSpan.FromMicroseconds(1), why);
    }

    [Fact]
    public async Task What_another_address_answers_does_not_count()
    {
        using var server = new TimeServer(question => [new Answer(TimeServer.Packet(question, Told.AddYears(1)), IsStrangers: true), new Answer(TimeServer.Packet(question, Told))]);

        (await Client().Ask(server.Source, Timeout))!.Utc.ShouldBe(Told, TimeSpan.FromMicroseconds(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_does_not_answer_is_given_up_after_the_time_for_it(bool saysRubbish)
    {
        using var server = new TimeServer(_ => saysRubbish ? [new Answer([1, 2, 3])] : []);
        var asked = Client().Ask(server.Source, Timeout);
        await Eventually(() => server.Questions > 0 ? null : "it was not asked yet");

        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        asked.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await asked).ShouldBeNull();
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_no_answer() => (await Client().Ask(new TimeSource("no-such-host.invalid"), Timeout)).ShouldBeNull();

    private SntpClient Client() => new(_time, NullLogger<SntpClient>.Instance);

    private static byte[] Spoiled(byte[] question, Action<byte[]> spoil)
    {
        var packet = TimeServer.Packet(question, Told);
        spoil(packet);
        return packet;
    }
}
