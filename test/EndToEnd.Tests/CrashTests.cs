using System.Globalization;

namespace Orchestrator.EndToEnd;

/// <summary>kill -9 in the middle of a write load loses nothing that was answered.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Writers = 8;

    // Cheap hashes: the load is on the writes.
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["ORCHESTRATOR_Gateway__PasswordIterations"] = "1000",
        ["ORCHESTRATOR_Limits__AccountRequestsPerMinute"] = "0",
    };

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TEST_ROUNDS") ?? "4", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_answered_account_outlives_kill_9()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        using var directory = new TemporaryDirectory();
        var answered = new List<Answered>();
        for (var round = 0; round < Rounds; round++)
        {
            answered.AddRange(await WriteUntilKilled(directory.Path, round, random.Next(20, 400)));
        }

        await using var process = await OrchestratorProcess.Start(directory.Path, Settings);
        using var http = new HttpClient();
        answered.Count.ShouldBeGreaterThan(Rounds * 10);
        await Parallel.ForEachAsync(answered, async (account, cancellationToken) =>
        {
            // The key was stored with the change, so the repeat is answered with the first reply.
            var repeated = await http.Register(process.Address, account.Name, cancellationToken);
            repeated.ShouldBe(account.UserId, $"{account.Name}, seed {Seed}");
        });
        output.WriteLine($"{Rounds} rounds of kill -9, {answered.Count} answered writes, all found.");
    }

    /// <summary>Registers accounts as fast as it can, kills the server after so many answers, and says which were answered.</summary>
    private static async Task<List<Answered>> WriteUntilKilled(string data, int round, int answersBeforeKill)
    {
        await using var process = await OrchestratorProcess.Start(data, Settings);
        using var http = new HttpClient();
        var answered = new List<Answered>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(0, Writers).Select(writer => Write(writer)).ToArray();
        await enough.Task;
        await process.Kill();
        await Task.WhenAll(writers);
        return answered;

        async Task Write(int writer)
        {
            for (var n = 0; ; n++)
            {
                var name = $"user-{round}-{writer}-{n}";
                Answered account;
                try
                {
                    account = new Answered(name, await http.Register(process.Address, name));
                }
                catch (HttpRequestException)
                {
                    // Killed: this one was not answered.
                    return;
                }

                lock (answered)
                {
                    answered.Add(account);
                    if (answered.Count >= answersBeforeKill)
                    {
                        enough.TrySetResult();
                    }
                }
            }
        }
    }

    private sealed record Answered(string Name, string UserId);
}
