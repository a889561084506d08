using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Load.Servers;

/// <summary>The servers that are compared, and where they lie.</summary>
internal static class ServerPrograms
{
    private const string AnyPort = "http://127.0.0.1:0";
    private const string Assembly = "orchestrator.dll";

    /// <summary>The orchestrator on a fresh data directory. The load comes from one address and may register accounts without pause.</summary>
    public static ServerStart Orchestrator(FileInfo? program) =>
        OrchestratorAsItIs(program) with { Environment = new Dictionary<string, string> { ["ORCHESTRATOR_Limits__AccountRequestsPerMinute"] = "0" } };

    /// <summary>The same with all limits as they are by default.</summary>
    public static ServerStart OrchestratorAsItIs(FileInfo? program)
    {
        var data = Path.Combine(Path.GetTempPath(), "orchestrator-load-" + Path.GetRandomFileName());
        return new ServerStart("orchestrator", (program ?? BuiltSilo()).FullName, ["--urls", AnyPort, "--data", data], new Dictionary<string, string>(), data);
    }

    /// <summary>A silo of a cluster in a schema of a database. One that is full of load is not dead.</summary>
    public static ServerStart Silo(FileInfo? program, string postgres, string schema) => new(
        "silo",
        (program ?? FindBuiltSilo("orleans") ?? throw new FileNotFoundException("There is no built silo; build src/Silo in Release with -p:Engine=Orleans, or give --server.")).FullName,
        ["--cluster", "--urls", AnyPort],
        new Dictionary<string, string>
        {
            ["ORCHESTRATOR_Storage__Postgres"] = postgres,
            ["ORCHESTRATOR_Storage__PostgresSchema"] = schema,
            ["ORCHESTRATOR_Cluster__ProbeSeconds"] = "5",
            ["ORCHESTRATOR_Limits__AccountRequestsPerMinute"] = "0",
        },
        null);

    /// <summary>The raw floor: this program in another mode.</summary>
    public static ServerStart RawFloor(RawFloorPlan plan)
    {
        var traffic = plan.Traffic;
        return new ServerStart(
            "raw floor server",
            typeof(ServerPrograms).Assembly.Location,
            [
                "raw-floor-server", "--sessions", Text(traffic.Sessions), "--users", Text(traffic.Users), "--rate", Text(traffic.Rate), "--bytes", Text(traffic.Bytes),
                "--pattern", traffic.Pattern.ToString(), "--text-bytes", Text(plan.TextBytes),
            ],
            new Dictionary<string, string>(),
            null);
    }

    /// <summary>The floor: this program in another mode, with the garbage collector set as in the server it is compared with.</summary>
    public static ServerStart Floor(FileInfo? program)
    {
        var settings = (program ?? FindBuiltSilo("local")) is { } silo && Path.ChangeExtension(silo.FullName, ".runtimeconfig.json") is var file && File.Exists(file)
            ? ServerGarbageCollection(file)
            : "1";
        return new ServerStart(
            "floor server",
            typeof(ServerPrograms).Assembly.Location,
            ["floor-server", "--urls", AnyPort],
            new Dictionary<string, string> { ["DOTNET_gcServer"] = settings, ["DOTNET_gcConcurrent"] = "1" },
            null);
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static FileInfo BuiltSilo() => FindBuiltSilo("local")
        ?? throw new FileNotFoundException("There is no built server; build src/Silo in Release, or give --server.");

    /// <summary>Next to this program in the artifacts, else in those of the repository.</summary>
    private static FileInfo? FindBuiltSilo(string engine)
    {
        var sibling = new FileInfo(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", engine, "bin", "Silo", "release", Assembly));
        if (sibling.Exists)
        {
            return sibling;
        }

        for (var at = new DirectoryInfo(Environment.CurrentDirectory); at is not null; at = at.Parent)
        {
            var file = new FileInfo(Path.Combine(at.FullName, "artifacts", engine, "bin", "Silo", "release", Assembly));
            if (file.Exists)
            {
                return file;
            }
        }

        return null;
    }

    private static string ServerGarbageCollection(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return json.RootElement.GetProperty("runtimeOptions").TryGetProperty("configProperties", out var properties)
            && properties.TryGetProperty("System.GC.Server", out var server) && server.GetBoolean() ? "1" : "0";
    }
}
