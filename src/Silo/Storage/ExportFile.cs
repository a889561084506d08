using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Storage;

/// <summary>
/// Everything durable as a file: a line of JSON for each row, between a line that names the format and one that counts the
/// rows, by which a file that was cut off is seen. It holds password hashes and the token key: for its owner only.
/// </summary>
public static class ExportFile
{
    /// <summary>Levels of a line; a state has fewer.</summary>
    public const int DepthMax = 300;

    private const int Format = 1;
    private const int LinesAround = 2;
    private const string LastLine = "{\"rows\":";

    /// <summary>How a line is written. What is missing, unknown or null in it is an error.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = DepthMax,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes a new file, or none; gives the number of rows.</summary>
    /// <exception cref="ExportFileException">There is one already, or it cannot be written.</exception>
    public static async Task<long> WriteAsync(string path, IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new ExportFileException($"There is a file {path} already; choose another name.");
        }
        var aside = path + ".new";
        try
        {
            var written = await WriteAsideAsync(aside, rows, cancellationToken);
            File.Move(aside, path);
            return written;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not StorageFailedException))
        {
            throw new ExportFileException($"The file {path} cannot be written: {e.Message}");
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>The rows of a file, as they are read. That it is whole is known when they have ended without an exception.</summary>
    /// <exception cref="ExportFileException">It cannot be read, or is no such file, or only a part of one, or repeats a row; the message names the line.</exception>
    public static async IAsyncEnumerable<StoredRow> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open(path);
        var place = new Place(path);
        var head = Parse<Head>(await LineAsync(reader, place, cancellationToken), place);
        if (head.OrchestratorExport != Format)
        {
            throw new ExportFileException($"The file {path} has the format {head.OrchestratorExport}; this program knows {Format}.");
        }
        var seen = new Dictionary<(string Type, string Kind, string Key, string Name), long>();
        while (true)
        {
            var line = await LineAsync(reader, place, cancellationToken);
            if (line.StartsWith(LastLine, StringComparison.Ordinal))
            {
                var end = Parse<End>(line, place);
                if (end.Rows != place.Line - LinesAround || await reader.ReadLineAsync(cancellationToken) is not null)
                {
                    throw new ExportFileException($"The file {path} does not have the {end.Rows} rows that its last line counts.");
                }
                yield break;
            }
            var row = Parse<StoredRow>(line, place);
            if (!seen.TryAdd(IdentityOf(row), place.Line))
            {
                throw new ExportFileException($"Line {place.Line} of {path} is about the same as line {seen[IdentityOf(row)]}; a store has one of each.");
            }
            yield return row;
        }
    }

    private static async Task<long> WriteAsideAsync(string path, IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        await using var file = new FileStream(path, options);
        await WriteLineAsync(file, new Head(Format), cancellationToken);
        var written = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await WriteLineAsync(file, row, cancellationToken);
            written++;
        }
        await WriteLineAsync(file, new End(written), cancellationToken);
        file.Flush(flushToDisk: true);
        return written;
    }

    private static async Task WriteLineAsync<T>(Stream file, T line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(file, line, Json, cancellationToken);
        await file.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>What a row is about: no store has two of the same.</summary>
    private static (string Type, string Kind, string Key, string Name) IdentityOf(StoredRow row) => row switch
    {
        StoredState state => (nameof(StoredState), state.Kind, state.Key, state.Name),
        StoredReminder reminder => (nameof(StoredReminder), reminder.Kind, reminder.Key, reminder.Name),
        _ => (row.GetType().Name, "", "", ""),
    };

    private static StreamReader Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new ExportFileException($"{path} is a directory; name a file of an export.");
        }
        try
        {
            return new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExportFileException($"The file {path} cannot be read: {e.Message}");
        }
    }

    private static async Task<string> LineAsync(StreamReader reader, Place place, CancellationToken cancellationToken)
    {
        place.Line++;
        try
        {
            return await reader.ReadLineAsync(cancellationToken)
                ?? throw new ExportFileException($"The file {place.Path} ends after {place.Line - 1} lines, without the line that counts its rows.");
        }
        catch (Exception e) when (e is IOException or DecoderFallbackException)
        {
            throw new ExportFileException($"Line {place.Line} of {place.Path} cannot be read: {e.Message}");
        }
    }

    private static T Parse<T>(string line, Place place)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Json) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ExportFileException($"Line {place.Line} of {place.Path} is none of an export: {e.Message}");
        }
    }

    private sealed record Head(int OrchestratorExport);

    private sealed record End(long Rows);

    private sealed class Place(string path)
    {
        public string Path => path;

        public long Line { get; set; }
    }
}

/// <summary>A file of an export cannot be read or written, or is none; the message says why.</summary>
public sealed class ExportFileException(string message) : Exception(message);
