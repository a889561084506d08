using System.Runtime.CompilerServices;

namespace Orchestrator.Testing;

/// <summary>The files that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    /// <summary>Where a file or a directory is, by its path in the repository.</summary>
    public static string Find(string path) => Path.Combine(Root, path);

    /// <summary>The text of a file, by its path in the repository.</summary>
    public static string Read(string path) => File.ReadAllText(Find(path));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
