using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Storage.Sqlite;

public sealed class CrashTests
{
    private static readonly int Rounds = int.TryParse(
        Environment.GetEnvironmentVariable("TEST_ROUNDS"), CultureInfo.InvariantCulture, out var rounds)
        ? rounds
        : 5;

    [Fact]
    public async Task Every_acknowledged_write_is_there_after_the_process_was_killed()
    {
        var directory = Directory.CreateTempSubdirectory("storage-crash-");
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var acknowledged = await WriteUntilKilled(directory.FullName, seed);

            await using var test = await new SqliteTestStore(directory.FullName).StartAsync();
            foreach (var (key, number) in acknowledged)
            {
                var found = (await test.ReadAsync(key)).State?.Number ?? 0;
                found.ShouldBeInRange(number, number + 1, $"seed {seed}, record {key}; one more may be in flight");
            }
        }
        directory.Delete(recursive: true);
    }

    /// <summary>Odd seeds: the writer kills itself at a line. Even seeds: we do, from outside.</summary>
    private static async Task<Dictionary<string, int>> WriteUntilKilled(string directory, int seed)
    {
        var random = new Random(seed);
        var linesMax = random.Next(1, 1500);
        var ownKill = seed % 2 == 1 ? linesMax : int.MaxValue;
        using var writer = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(CrashTests).Assembly.Location, "write-until-killed", directory, $"{seed}", $"{ownKill}",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var acknowledged = new Dictionary<string, int>(StringComparer.Ordinal);
        var lines = 0;
        while (await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (++lines == linesMax && ownKill != linesMax)
            {
                writer.Kill();
            }
            // The last line may be half of one; the semicolon is its end.
            if (line.EndsWith(';'))
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                acknowledged[line[..space]] = int.Parse(line.AsSpan()[(space + 1)..^1], CultureInfo.InvariantCulture);
            }
        }
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
        lines.ShouldBeGreaterThanOrEqualTo(linesMax, $"seed {seed}: the writer ended by itself");
        return acknowledged;
    }
}
