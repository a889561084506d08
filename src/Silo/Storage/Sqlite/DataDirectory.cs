using System.Globalization;

namespace Orchestrator.Storage.Sqlite;

/// <summary>The one directory that this process writes to, held for itself until it is disposed.</summary>
public sealed class DataDirectory : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _lock;
    private readonly string _processFile;

    private DataDirectory(string path, FileStream held, string processFile)
    {
        Path = path;
        _lock = held;
        _processFile = processFile;
    }

    public string Path { get; }

    public string Database => DatabaseIn(Path);

    /// <summary>Where the database of a data directory is, whether there is one or not.</summary>
    public static string DatabaseIn(string path) => System.IO.Path.Combine(System.IO.Path.GetFullPath(path), "orchestrator.db");

    /// <summary>Makes the directory if it is not there, and takes it for this process.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be used; the message says why.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        Create(full);
        // The process id lies in a second file, because nobody can read the first one while it is held.
        var processFile = System.IO.Path.Combine(full, "orchestrator.pid");
        var held = Lock(full, processFile);
        try
        {
            File.WriteAllText(processFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw NotWritable(full, e);
        }
        return new DataDirectory(full, held, processFile);
    }

    /// <summary>Lets the next process have the directory.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_processFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a message would have named it; the lock itself ends in the next line whatever happens here.
        }
        _lock.Dispose();
    }

    private static void Create(string path)
    {
        if (File.Exists(path))
        {
            throw new StorageUnavailableException(
                $"The data directory {path} is a file. Move it away, or choose another data directory.");
        }
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
                return;
            }
            // Password hashes and the token key lie here: for this user only.
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(
                $"The data directory {path} cannot be made ({e.Message.TrimEnd('.')}). "
                + "Make it yourself and give this user the right to write there, or choose another data directory.",
                e);
        }
    }

    private static FileStream Lock(string path, string processFile)
    {
        try
        {
            return new FileStream(
                System.IO.Path.Combine(path, "orchestrator.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            throw new StorageUnavailableException(
                $"The data directory {path} is in use by {Holder(processFile)}. "
                + "Stop that process first, or choose another data directory.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    /// <summary>On Unix the code is the error number as it is: EAGAIN, 11 on Linux and 35 on macOS.</summary>
    private static bool IsHeldByAnother(IOException e) =>
        e.HResult == SharingViolation || (!OperatingSystem.IsWindows() && e.HResult is 11 or 35);

    private static string Holder(string processFile)
    {
        try
        {
            return $"process {int.Parse(File.ReadAllText(processFile), CultureInfo.InvariantCulture)}";
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return "another process";
        }
    }

    private static StorageUnavailableException NotWritable(string path, Exception e) => new(
        $"The data directory {path} cannot be written ({e.Message.TrimEnd('.')}). "
        + "Give this user the right to write there, free some space, or choose another data directory.",
        e);
}
