namespace Orchestrator.Storage.Postgres;

/// <summary>
/// Keys of grains as PostgreSQL's text, which holds every character but U+0000; that one is written as \0, and so \ as \\.
/// States need nothing: JSON has escapes for it.
/// </summary>
internal static class PostgresText
{
    public static string Of(string key) =>
        key.AsSpan().ContainsAny('\\', '\0')
            ? key.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\0", @"\0", StringComparison.Ordinal)
            : key;

    public static string Key(string text) =>
        text.Contains('\\', StringComparison.Ordinal)
            ? string.Join('\\', text.Split(@"\\").Select(static part => part.Replace(@"\0", "\0", StringComparison.Ordinal)))
            : text;
}
