using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>How many sessions run a timeline, and how long it is.</summary>
/// <param name="LeadSeconds">From the start of a session's clock to its first period, so that the starts of the others are over by then.</param>
internal sealed record TimelinePlan(int Sessions, int Events, double PeriodSeconds, double LeadSeconds, int Seed)
{
    public TimelinePlan Smoke() => this with { Sessions = Math.Min(Sessions, 5), Events = Math.Min(Events, 4), PeriodSeconds = 0.3, LeadSeconds = 0 };
}

/// <summary>What it gave.</summary>
/// <param name="ServerCores">How many cores the server kept busy from the first start to the last event.</param>
internal sealed record TimelineResult(long Asked, long Arrived, long OutOfOrder, long MarkedLate, Latency LatenessMilliseconds, double EventsPerSecond, double ServerCores);

/// <summary>Sessions with timelines, and how late their events arrive.</summary>
internal static class TimelineRun
{
    private const int OpenTogether = 16;
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(10);

    public static async Task<Report> Measure(TimelinePlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        if (plan is { Sessions: < 1 or > TrafficPlan.UsersMax } or { Events: < 1 or > 10_000 } or { PeriodSeconds: < 0.001 or > 60 } or { LeadSeconds: < 0 or > 60 })
        {
            throw new InvalidOperationException("There must be 1 to 10,000 sessions with 1 to 10,000 events each, periods of a millisecond to a minute, and a lead of at most a minute.");
        }

        await using var server = await ServerProcess.Start(ServerPrograms.Orchestrator(program), cancellationToken);
        using var reactor = new Reactor();
        var lateness = new Lateness();
        var members = new Member[plan.Sessions];
        try
        {
            var together = new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken };
            progress.Show($"opening {plan.Sessions} sessions");
            await Parallel.ForEachAsync(Enumerable.Range(0, plan.Sessions), together, async (i, _) =>
            {
                members[i] = await Member.OpenHub(new Uri(server.Address, "/hub"), reactor, new Meter(), $"director-{i}", 1);
                members[i].Updates = lateness.Of();
                await members[i].Command("AddSession", Session(plan, i));
            });
            var (since, cpu) = (Stopwatch.GetTimestamp(), ProcessFigures.CpuSeconds(server.Id));
            await Parallel.ForEachAsync(members, together, static async (member, _) => await member.Command("StartScenario", "{}"));
            await Arrive(plan, lateness, progress, cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
            var cores = (ProcessFigures.CpuSeconds(server.Id) - cpu) / seconds;
            var asked = (long)plan.Sessions * plan.Events;
            return Say(plan, new TimelineResult(
                asked, lateness.Arrived, lateness.OutOfOrder, lateness.MarkedLate, lateness.Histogram.Summary(), lateness.Arrived / seconds, cores));
        }
        finally
        {
            foreach (var member in members)
            {
                member?.Dispose();
            }
        }
    }

    private static string Session(TimelinePlan plan, int session)
    {
        var random = new Random(plan.Seed + session);
        var events = Enumerable.Range(0, plan.Events)
            .Select(i => ((long)((plan.LeadSeconds + ((i + random.NextDouble()) * plan.PeriodSeconds)) * 1_000)).ToString(CultureInfo.InvariantCulture))
            .Select(static at => $$$"""{"at":{{{at}}},"eventId":"cue","data":{"text":"a cue of the usual length"}}""");
        return $$"""{"sessionName":"bench {{session}}","scenarioDefinition":{"scenarioId":"bench","scenarioEvents":[{{string.Join(',', events)}}] } }""";
    }

    private static async Task Arrive(TimelinePlan plan, Lateness lateness, Progress progress, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        var max = TimeSpan.FromSeconds(plan.LeadSeconds + (plan.Events * plan.PeriodSeconds)) + DrainMax;
        while (lateness.Arrived < (long)plan.Sessions * plan.Events && Stopwatch.GetElapsedTime(since) < max)
        {
            progress.Show($"{lateness.Arrived} events, p99 {Text.Of(lateness.Histogram.Milliseconds(0.99))} ms late");
            await Task.Delay(SamplePeriod, cancellationToken);
        }
    }

    private static Report Say(TimelinePlan plan, TimelineResult result) => new(
        "timeline",
        plan,
        result,
        [
            new Table(
                "timeline",
                ["sessions", "events asked", "arrived", "out of order", "marked late", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "events/s", "server cores"],
                [
                    [
                        $"{plan.Sessions}", $"{result.Asked}", $"{result.Arrived}", $"{result.OutOfOrder}", $"{result.MarkedLate}", Text.Of(result.LatenessMilliseconds.P50),
                        Text.Of(result.LatenessMilliseconds.P99), Text.Of(result.LatenessMilliseconds.P999), Text.Of(result.LatenessMilliseconds.Max), Text.Of(result.EventsPerSecond), Text.Of(result.ServerCores),
                    ],
                ]),
        ],
        ["Late: from an event's planned moment until it is read from the member's socket. One durable write per event is in it."],
        result.Arrived == result.Asked && result.OutOfOrder == 0);

    /// <summary>Reads arrivals on the reactor's thread; others may look.</summary>
    private sealed class Lateness
    {
        private readonly long _stopwatch = Stopwatch.GetTimestamp();
        private readonly DateTimeOffset _utc = TimeProvider.System.GetUtcNow();
        private long _arrived;

        public Histogram Histogram { get; } = new();

        public long Arrived => Volatile.Read(ref _arrived);

        public long OutOfOrder { get; private set; }

        public long MarkedLate { get; private set; }

        /// <summary>What one member hears.</summary>
        public MessageSink Of()
        {
            var (start, next) = (0L, 0L);
            return (message, now) =>
            {
                if (message.IndexOf("\"SCENARIO_STARTED\""u8) >= 0)
                {
                    start = Number(message, "\"startTimeMs\":"u8);
                }
                else if (message.IndexOf("\"SCENARIO_EVENT\""u8) >= 0)
                {
                    var arrival = (_utc - DateTimeOffset.UnixEpoch).Ticks * 100 + (now - _stopwatch) * (1_000_000_000 / Stopwatch.Frequency);
                    Histogram.Record(arrival - (start + Number(message, "\"elapsedMs\":"u8)) * 1_000_000);
                    OutOfOrder += Number(message, "\"index\":"u8) == next++ ? 0 : 1;
                    MarkedLate += message.IndexOf("\"late\":true"u8) >= 0 ? 1 : 0;
                    Volatile.Write(ref _arrived, _arrived + 1);
                }
            };
        }

        private static long Number(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name)
        {
            var at = message.IndexOf(name);
            return at >= 0 && Utf8Parser.TryParse(message[(at + name.Length)..], out long value, out _) ? value : -1;
        }
    }
}
