using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Clocks;

namespace Orchestrator.Tests;

/// <summary>Sources in order, and one question for all who ask.</summary>
public sealed class SharedTimeTests
{
    private static readonly DateTimeOffset Told = new(2031, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task The_first_source_that_answers_counts_and_the_next_ones_are_not_asked()
    {
        using var useless = new TimeServer(question => [new Answer(Silenced(question))]);
        using var second = TimeServer.Saying(Told);
        using var third = TimeServer.Saying(Told.AddYears(1));

        (await Read(Shared(useless.Source, second.Source, third.Source))).ShouldBe(Told, TimeSpan.FromMicroseconds(1));

        useless.Questions.ShouldBe(1);
        third.Questions.ShouldBe(0);
    }

    [Fact]
    public async Task The_machines_own_clock_is_a_source()
    {
        using var useless = new TimeServer(question => [new Answer(Silenced(question))]);
        (await Read(Shared(useless.Source, TimeSource.Local))).ShouldBe(_time.GetUtcNow());
    }

    [Fact]
    public async Task No_source_or_none_that_answers_is_refused()
    {
        using var useless = new TimeServer(question => [new Answer(Silenced(question))]);
        (await Should.ThrowAsync<Refusal>(Read(Shared()))).Code.ShouldBe(RefusalCode.TimeUnavailable);
        (await Should.ThrowAsync<Refusal>(Read(Shared(useless.Source)))).Code.ShouldBe(RefusalCode.TimeUnavailable);
    }

    [Fact]
    public async Task Many_who_ask_at_once_are_one_question_and_its_answer_goes_on_for_a_second()
    {
        var silent = true;
        using var server = new TimeServer(question => silent ? [] : [new Answer(TimeServer.Packet(question, Told))]);
        var shared = Shared(server.Source);
        var first = Enumerable.Range(0, 100).Select(_ => Read(shared)).ToArray();
        await Eventually(() => server.Questions == 1 ? null : "nobody was asked yet");
        _time.Advance(TimeSpan.FromSeconds(1));
        foreach (var asked in first)
        {
            (await Should.ThrowAsync<Refusal>(asked)).Code.ShouldBe(RefusalCode.TimeUnavailable);
        }

        silent = false;
        await Should.ThrowAsync<Refusal>(Read(shared));
        server.Questions.ShouldBe(1, "the bad outcome counts for a second too");
        _time.Advance(TimeSpan.FromSeconds(1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Read(shared)));
        answers.ShouldAllBe(a => (a - Told).Duration() < TimeSpan.FromMicroseconds(1));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        (await Read(shared)).ShouldBe(Told.AddMilliseconds(999), TimeSpan.FromMicroseconds(1));
        server.Questions.ShouldBe(2);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await Read(shared)).ShouldBe(Told, TimeSpan.FromMicroseconds(1));
        server.Questions.ShouldBe(3);
    }

    [Fact]
    public async Task The_configuration_names_sources_and_clients_are_told_their_time()
    {
        using var ntp = TimeServer.Saying(Told);
        await using var server = await HubServer.StartWithFile($$"""{ "Time": { "Sources": [{ "Server": "127.0.0.1", "Port": "{{ntp.Source.Port}}" }, "localtime"], "TimeoutMs": 30000 } }""");
        await using var client = await server.Connect();

        var clock = (await client.Invoke("GetNTPTime")).Ok().Body;

        clock.GetProperty("ntpTimeMs").GetInt64().ShouldBeInRange(Told.ToUnixTimeMilliseconds(), Told.ToUnixTimeMilliseconds() + 10_000);
        clock.Text("ntpDate").ShouldStartWith("2031-05-04T03:02:");
        (await server.Get("/health/live")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("[]", 2001)]
    [InlineData("""["localtime"]""", 0)]
    [InlineData("""[{"Server":"localtime"}]""", 0)]
    public async Task An_empty_list_is_no_source(string sources, int error)
    {
        await using var server = await HubServer.StartWithFile($$"""{ "Time": { "Sources": {{sources}} } }""");
        await using var client = await server.Connect();

        (await client.Invoke("GetNTPTime")).Error.ShouldBe(error);
    }

    private SharedTime Shared(params TimeSource[] sources) =>
        new(new SntpClient(_time, NullLogger<SntpClient>.Instance), Options.Create(new TimeOptions(sources, TimeOptions.TimeoutMsDefault)), _time);

    private static Task<DateTimeOffset> Read(SharedTime shared) => shared.Read(CancellationToken.None);

    private static byte[] Silenced(byte[] question)
    {
        var packet = TimeServer.Packet(question, Told);
        packet[1] = 0;
        return packet;
    }
}
