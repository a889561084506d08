using Npgsql;
using Orchestrator.Storage;

namespace Orchestrator.Configuration;

/// <summary>The connection string of PostgreSQL: from its key or from the file of another one. Its text is in no message, because it holds a password.</summary>
internal static class PostgresSettings
{
    private const string Key = "Storage:Postgres";
    private const string FileKey = "Storage:PostgresFile";

    public static StorageOptions Checked(StorageOptions options)
    {
        var text = string.IsNullOrWhiteSpace(options.Postgres) ? null : options.Postgres;
        if (!string.IsNullOrWhiteSpace(options.PostgresFile))
        {
            return text is null
                ? options with { Postgres = Demand(Content(options.PostgresFile), $"The file of '{FileKey}'") }
                : throw new ConfigurationException($"'{Key}' and '{FileKey}' are both given; give one.");
        }

        return options with { Postgres = text is null ? null : Demand(text, $"'{Key}'") };
    }

    private static string Content(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The file {path} of '{FileKey}' cannot be read: {e.Message}");
        }
    }

    private static string Demand(string text, string what)
    {
        const string Example = "Host=db.example.org;Database=orchestrator;Username=orchestrator;Password=...";
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 }
                ? text
                : throw new ConfigurationException($"{what} names no host; it looks like {Example}.");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            throw new ConfigurationException($"{what} is no connection string; it looks like {Example}.");
        }
    }
}
