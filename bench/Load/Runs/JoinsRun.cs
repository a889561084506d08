using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>How many users join one session at once.</summary>
/// <param name="Users">Each reads the session once, when it has joined.</param>
/// <param name="Readers">With VR2Gather's full pattern: everybody reads the session also whenever somebody joins.</param>
internal sealed record JoinsPlan(int Users, int Readers)
{
    public JoinsPlan Smoke() => new(Math.Min(Users, 20), Math.Min(Readers, 10));
}

/// <summary>What one step gave.</summary>
/// <param name="Seconds">From the first join that was sent to the last answer that was read.</param>
/// <param name="CpuPerRead">Server CPU per read of the whole step in microseconds; joins and their news are in it.</param>
/// <param name="ReadAloneCpu">The same of reads without a join: everybody reads once more.</param>
/// <param name="Missing">Answers and news that did not come.</param>
internal sealed record JoinsStep(
    string Pattern,
    int Users,
    long Reads,
    double Seconds,
    long ReplyBytes,
    double? CpuPerRead,
    double? ReadAloneCpu,
    Latency JoinMilliseconds,
    Latency ReadMilliseconds,
    long Missing,
    string? Sentence)
{
    public IReadOnlyList<string> Row() =>
    [
        Pattern, $"{Users}", $"{Reads}", Text.Of(Seconds), $"{ReplyBytes}", Text.Of(CpuPerRead), Text.Of(ReadAloneCpu), Text.Of(1_000 * ReadAloneCpu / ReplyBytes),
        Text.Of(JoinMilliseconds.P99), Text.Of(ReadMilliseconds.P50), Text.Of(ReadMilliseconds.P99), $"{Missing}",
    ];
}

/// <summary>Many users join one session at once, and read it.</summary>
internal static class JoinsRun
{
    private const int OpenTogether = 16;
    private const double SecondsAllowed = 5;
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(60);

    public static async Task<Report> Measure(JoinsPlan plan, Target target, Progress progress, CancellationToken cancellationToken)
    {
        if (plan is { Users: < 10 or > TrafficPlan.UsersMax } or { Readers: < 10 or > 2_000 })
        {
            throw new InvalidOperationException($"There must be between 10 and {TrafficPlan.UsersMax} users, and between 10 and 2,000 who always read.");
        }

        await using var server = target.Address is null ? await ServerProcess.Start(ServerPrograms.OrchestratorAsItIs(target.Program), cancellationToken) : null;
        var found = target with { Address = server?.Address ?? target.Address, Id = server?.Id ?? target.Id };
        var steps = new List<JoinsStep>();
        foreach (var (users, isFull) in new[] { (plan.Users / 10, false), (plan.Users, false), (plan.Readers / 5, true), (plan.Readers, true) })
        {
            progress.Show($"{users} users join");
            steps.Add(await Join(found, users, isFull ? Reading.AtEveryJoin : Reading.Once, cancellationToken));
        }

        return Say(plan, steps);
    }

    private static async Task<JoinsStep> Join(Target target, int users, Reading reading, CancellationToken cancellationToken)
    {
        using var reactor = new Reactor();
        var meter = new Meter();
        var expected = new Expected(meter, 1, PacketStamp.BytesMin);
        using var master = await SocketIoMember.Open(target.Address!, reactor, expected, "master");
        var members = new SocketIoMember?[users];
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, users),
                new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken },
                async (i, _) => members[i] = await SocketIoMember.Open(target.Address!, reactor, expected, $"user-{i}"));
            var session = await master.Command("AddSession", SocketIoGround.NewSession("bench"));
            var counts = new JoinCounts();
            var join = SocketIoMember.Call(Joiner.JoinId, "JoinSession", $$"""{"sessionId":"{{session.GetProperty("sessionId").GetString()}}"}""");
            var joiners = members.Select(m => new Joiner(m!, reading, counts)).ToArray();
            var (seconds, cpu) = await Until(target, joiners, j => j.Join(join), () => counts.Missing(users, reading), meter, cancellationToken);
            var (reads, missing) = (counts.Reads, counts.Missing(users, reading));
            var (joined, read) = (counts.JoinLatencies.Summary(), counts.ReadLatencies.Summary());
            var (_, alone) = await Until(target, joiners, static j => j.Read(), () => reads + users - counts.Reads, meter, cancellationToken);
            missing += reads + users - counts.Reads;
            missing += users + 1 - (await master.Command("GetSessionInfo", "{}")).GetProperty("sessionUsers").GetArrayLength();
            return new JoinsStep(
                reading == Reading.Once ? "one read each" : "a read at every join", users, reads, seconds, counts.ReplyBytes, cpu / reads, alone / users, joined, read, missing,
                counts.Refusal ?? meter.Sentence);
        }
        finally
        {
            foreach (var member in members)
            {
                member?.Dispose();
            }
        }
    }

    /// <summary>All begin at once, on this thread; then it waits until nothing is missing.</summary>
    private static async Task<(double Seconds, double? CpuMicroseconds)> Until(
        Target target, Joiner[] joiners, Action<Joiner> begin, Func<long> missing, Meter meter, CancellationToken cancellationToken)
    {
        var (since, cpu) = (Stopwatch.GetTimestamp(), ProcessFigures.CpuSeconds(target.Id));
        foreach (var joiner in joiners)
        {
            begin(joiner);
        }

        while (missing() > 0 && meter.Broken == 0 && Stopwatch.GetElapsedTime(since) < StepMax)
        {
            await Task.Delay(PollPeriod, cancellationToken);
        }

        return (Stopwatch.GetElapsedTime(since).TotalSeconds, target.Id is null ? null : (ProcessFigures.CpuSeconds(target.Id) - cpu) * 1e6);
    }

    private static Report Say(JoinsPlan plan, IReadOnlyList<JoinsStep> steps)
    {
        var sentences = new List<string>
        {
            $"Everybody joins at once; the seconds end with the last answer, and are to be at most {SecondsAllowed}. A read alone: everybody reads once more when nobody joins.",
        };
        sentences.AddRange(steps.Where(static s => s.Missing != 0 || s.Sentence is not null).Select(static s =>
            $"NOT SOUND ({s.Users} users, {s.Pattern}): {s.Missing} missing. {s.Sentence}"));
        return new Report(
            "joins",
            plan,
            steps,
            [
                new Table(
                    "joins",
                    [
                        "pattern", "users", "reads", "seconds", "bytes of a reply", "CPU us/read with joins", "us/read alone", "ns/byte", "join p99 ms", "read p50 ms", "read p99 ms",
                        "missing",
                    ],
                    [.. steps.Select(static s => s.Row())]),
            ],
            sentences,
            steps.All(static s => s.Missing == 0 && s.Sentence is null));
    }
}
