using System.Runtime.CompilerServices;

namespace Orchestrator.Deployment;

/// <summary>The files that are looked at.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static string Find(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(Find(path));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
