using System.Text.Json;

namespace Orchestrator.Load.Servers;

/// <summary>The two servers that are compared, and where they lie.</summary>
internal static class ServerPrograms
{
    private const string AnyPort = "http://127.0.0.1:0";
    private const string Assembly = "orchestrator.dll";

    /// <summary>The orchestrator on a fresh data directory.</summary>
    public static ServerStart Orchestrator(FileInfo? program)
    {
        var data = Path.Combine(Path.GetTempPath(), "orchestrator-load-" + Path.GetRandomFileName());
        return new ServerStart(
            "orchestrator",
            (program ?? BuiltSilo()).FullName,
            ["--urls", AnyPort, "--data", data],
            // The load comes from one address and registers accounts without pause.
            new Dictionary<string, string> { ["ORCHESTRATOR_Limits__AccountRequestsPerMinute"] = "0" },
            data);
    }

    /// <summary>The floor: this program in another mode, with the garbage collector set as in the server it is compared with.</summary>
    public static ServerStart Floor(FileInfo? program)
    {
        var settings = (program ?? FindBuiltSilo()) is { } silo && Path.ChangeExtension(silo.FullName, ".runtimeconfig.json") is var file && File.Exists(file)
            ? ServerGarbageCollection(file)
            : "1";
        return new ServerStart(
            "floor server",
            typeof(ServerPrograms).Assembly.Location,
            ["floor-server", "--urls", AnyPort],
            new Dictionary<string, string> { ["DOTNET_gcServer"] = settings, ["DOTNET_gcConcurrent"] = "1" },
            null);
    }

    private static FileInfo BuiltSilo() => FindBuiltSilo()
        ?? throw new FileNotFoundException("There is no built server; build src/Silo in Release, or give --server.");

    /// <summary>Next to this program in the artifacts, else in those of the repository.</summary>
    private static FileInfo? FindBuiltSilo()
    {
        var sibling = new FileInfo(Path.Combine(AppContext.BaseDirectory, "..", "..", "Silo", "release", Assembly));
        if (sibling.Exists)
        {
            return sibling;
        }

        for (var at = new DirectoryInfo(Environment.CurrentDirectory); at is not null; at = at.Parent)
        {
            var file = new FileInfo(Path.Combine(at.FullName, "artifacts", "local", "bin", "Silo", "release", Assembly));
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
