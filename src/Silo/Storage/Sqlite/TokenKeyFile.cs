using System.Security.Cryptography;
using Orchestrator.Security;

namespace Orchestrator.Storage.Sqlite;

/// <summary>The key that signs tokens, kept in the data directory so that they outlive a restart. Readable by its owner only.</summary>
public static class TokenKeyFile
{
    private const int KeyBytes = 32;

    /// <summary>Where the key of a database lies.</summary>
    public static string Beside(string database) => Path.Combine(Path.GetDirectoryName(database)!, "token.key");

    public static TokenKey ReadOrMake(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                Write(path, RandomNumberGenerator.GetBytes(KeyBytes));
            }

            var bytes = File.ReadAllBytes(path);
            return bytes.Length >= KeyBytes
                ? new TokenKey(bytes)
                : throw new StorageUnavailableException($"The token key {path} is damaged; remove it, and everybody logs in again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"The token key {path} cannot be read or made: {e.Message}");
        }
    }

    /// <summary>Puts a key in place of the one that is there.</summary>
    public static void Write(string path, byte[] key)
    {
        // Written aside and moved, so that a crash leaves a whole key or none.
        var aside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(aside, options))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }
}
