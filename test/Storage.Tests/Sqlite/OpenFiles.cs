using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Storage.Sqlite;

/// <summary>Puts another file under the number of an open one, so that reads and writes fail below SQLite.</summary>
internal static partial class OpenFiles
{
    public static void Replace(string path, string device, FileAccess access)
    {
        var numbers = Directory.GetFiles("/proc/self/fd")
            .Where(link => Target(link) == path)
            .Select(link => int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture))
            .ToList();
        numbers.ShouldNotBeEmpty($"nobody has {path} open");
        using var other = new FileStream(device, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0);
        foreach (var number in numbers)
        {
            Duplicate((int)other.SafeFileHandle.DangerousGetHandle(), number).ShouldBe(number);
        }
    }

    /// <summary>Null: it was closed meanwhile by somebody else's test.</summary>
    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int from, int to);
}
