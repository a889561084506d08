using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>How long the list of sessions is, and how many ask for it.</summary>
/// <param name="Calls">Of each client.</param>
internal sealed record ListPlan(int Sessions, int Clients, int Calls)
{
    public ListPlan Smoke() => new(Math.Min(Sessions, 20), Math.Min(Clients, 5), 2);
}

/// <summary>What one step gave.</summary>
internal sealed record ListStep(int Sessions, int Clients, long Calls, long ReplyBytes, double CpuMicroseconds, Latency LatencyMilliseconds);

/// <summary>GetSessions while the list grows and while more and more ask for it.</summary>
internal static class ListRun
{
    private const int SessionsOfOne = 100;
    private const int AskTogether = 4;
    private const int OpenTogether = 16;

    public static async Task<Report> Measure(ListPlan plan, FileInfo? program, Progress progress, CancellationToken cancellationToken)
    {
        if (plan is { Sessions: < 1 or > 100_000 } or { Clients: < 1 or > TrafficPlan.UsersMax } or { Calls: < 1 or > 1_000 })
        {
            throw new InvalidOperationException("There must be 1 to 100,000 sessions, 1 to 10,000 clients and 1 to 1,000 calls of each.");
        }

        await using var server = await ServerProcess.Start(ServerPrograms.Orchestrator(program), cancellationToken);
        using var reactor = new Reactor();
        List<Member> owners = [];
        var clients = new Member[plan.Clients];
        try
        {
            var together = new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Enumerable.Range(0, plan.Clients), together, async (i, _) => clients[i] = await Open(server, reactor, $"client-{i}"));
            var steps = new List<ListStep>();
            var listed = 0;
            foreach (var sessions in new[] { plan.Sessions / 100, plan.Sessions / 10, plan.Sessions }.Where(static s => s > 0))
            {
                progress.Show($"opening {sessions} sessions");
                await Fill(server, reactor, owners, listed, sessions);
                listed = sessions;
                foreach (var asking in new[] { plan.Clients / 100, plan.Clients }.Where(static c => c > 0))
                {
                    progress.Show($"{sessions} sessions, {asking} clients");
                    steps.Add(await Ask(server, clients[..asking], sessions, plan.Calls * (plan.Clients / asking), cancellationToken));
                }
            }

            return Say(plan, steps);
        }
        finally
        {
            owners.ForEach(static owner => owner.Dispose());
            foreach (var client in clients)
            {
                client?.Dispose();
            }
        }
    }

    private static Task<Member> Open(ServerProcess server, Reactor reactor, string name) => Member.OpenHub(new Uri(server.Address, "/hub"), reactor, new Meter(), name, 1);

    /// <summary>Nobody is in two sessions, but one may administer many.</summary>
    private static async Task Fill(ServerProcess server, Reactor reactor, List<Member> owners, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (i % SessionsOfOne == 0)
            {
                owners.Add(await Open(server, reactor, $"owner-{i}"));
            }

            await owners[^1].Command("AddSession", $$"""{"sessionName":"bench {{i}}","scenarioDefinition":{"scenarioId":"bench"} }""");
            await owners[^1].Command("LeaveSession", "");
        }
    }

    private static async Task<ListStep> Ask(ServerProcess server, Member[] clients, int sessions, int calls, CancellationToken cancellationToken)
    {
        var latency = new Histogram();
        var bytes = 0L;
        // What was opened last is in it, and its first encoding is everybody's.
        bytes = (await clients[0].Command("GetSessions", "")).GetRawText().Length;
        var cpu = ProcessFigures.CpuSeconds(server.Id);
        var together = new ParallelOptions { MaxDegreeOfParallelism = AskTogether, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(clients, together, async (client, _) =>
        {
            for (var call = 0; call < calls; call++)
            {
                var since = Stopwatch.GetTimestamp();
                await client.Command("GetSessions", "");
                lock (latency)
                {
                    latency.Record(Stopwatch.GetElapsedTime(since).Ticks * 100);
                }
            }
        });
        var asked = (long)clients.Length * calls;
        return new ListStep(sessions, clients.Length, asked, bytes, (ProcessFigures.CpuSeconds(server.Id) - cpu) * 1_000_000 / asked, latency.Summary());
    }

    private static Report Say(ListPlan plan, List<ListStep> steps) => new(
        "list",
        plan,
        steps,
        [
            new Table(
                "GetSessions",
                ["sessions", "clients", "calls", "bytes of a reply", "server CPU us/call", "us/session", "p50 ms", "p99 ms"],
                [
                    .. steps.Select(static s => (IReadOnlyList<string>)
                    [
                        $"{s.Sessions}", $"{s.Clients}", $"{s.Calls}", $"{s.ReplyBytes}", Text.Of(s.CpuMicroseconds), Text.Of(s.CpuMicroseconds / s.Sessions),
                        Text.Of(s.LatencyMilliseconds.P50), Text.Of(s.LatencyMilliseconds.P99),
                    ]),
                ]),
        ],
        ["Four calls are under way at a time; the latency is that of the client, which reads the whole reply."],
        true);
}
