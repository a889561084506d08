using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrator.Storage.Sqlite;

/// <summary>
/// The process that the crash test kills: eight loops, each counting one record up, and a line "key number;" for
/// each write once it was acknowledged. It goes on from what it finds.
/// </summary>
internal sealed class CrashWriter(SqliteGrainStorage storage, int linesMax)
{
    private const int Loops = 8;

    private readonly Lock _gate = new();
    private readonly StreamWriter _output = new(Console.OpenStandardOutput()) { AutoFlush = true };
    private int _lines;

    public static async Task<int> Run(string directory, string seed, string linesMax)
    {
        var data = DataDirectory.Open(directory);
        var store = new SqliteStore(
            data.Database, new StorageOptions(), TimeProvider.System, NullLogger<SqliteStore>.Instance);
        await store.StartAsync();
        var writer = new CrashWriter(
            new SqliteGrainStorage(store, JsonSerializerOptions.Web),
            int.Parse(linesMax, CultureInfo.InvariantCulture));
        var number = int.Parse(seed, CultureInfo.InvariantCulture);
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(loop => writer.Count(loop, new Random(number + loop))));
        return 0;
    }

    private async Task Count(int loop, Random random)
    {
        var id = GrainId.Create("note", $"{loop}");
        var entry = new Entry();
        await storage.ReadStateAsync("note", id, entry);
        entry.State ??= new Note();
        while (true)
        {
            entry.State.Number++;
            entry.State.Text = new string('x', random.Next(10_000));
            await storage.WriteStateAsync("note", id, entry);
            Acknowledge($"{loop} {entry.State.Number};");
        }
    }

    /// <summary>Nobody is as fast as the process itself to kill it right after an acknowledgement has left.</summary>
    private void Acknowledge(string line)
    {
        lock (_gate)
        {
            _output.WriteLine(line);
            if (++_lines == linesMax)
            {
                Process.GetCurrentProcess().Kill();
            }
        }
    }
}
