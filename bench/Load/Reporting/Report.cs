using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Reporting;

/// <summary>Figures as people read them: three digits that mean something.</summary>
internal static class Text
{
    public static string Of(double? figure) => figure switch
    {
        null => "unknown",
        >= 1000 => figure.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => figure.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => figure.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => figure.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}

/// <summary>A table for people; the same figures lie in the JSON.</summary>
internal sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>As Markdown, which is also good to read on a terminal.</summary>
    public string Markdown()
    {
        var widths = Columns.Select((c, i) => Rows.Select(r => r[i].Length).Append(c.Length).Max()).ToArray();
        var text = new StringBuilder();
        text.AppendLine(Line(Columns, widths)).AppendLine(Line([.. widths.Select(w => new string('-', w))], widths));
        foreach (var row in Rows)
        {
            text.AppendLine(Line(row, widths));
        }

        return text.ToString();
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))) + " |";
}

/// <summary>What a run has to say: tables and sentences for people, the figures as they are for programs.</summary>
/// <param name="IsSound">Whether everything arrived as it should; the exit code.</param>
internal sealed record Report(string Name, object Plan, object Figures, IReadOnlyList<Table> Tables, IReadOnlyList<string> Sentences, bool IsSound)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>To the console, and to the files that were asked for.</summary>
    public async Task Write(FileInfo? json, FileInfo? markdown, string commandLine, TimeProvider time)
    {
        var machine = Machine.Here();
        Console.WriteLine(Body());
        if (json is not null)
        {
            var document = new { name = Name, at = time.GetUtcNow(), command = commandLine, machine, isSound = IsSound, plan = Plan, figures = Figures, sentences = Sentences };
            await WriteFile(json, JsonSerializer.Serialize(document, Json) + Environment.NewLine);
        }

        if (markdown is not null)
        {
            await WriteFile(markdown, Heading(machine, commandLine, time.GetUtcNow()) + Body());
        }
    }

    private static async Task WriteFile(FileInfo file, string text)
    {
        file.Directory?.Create();
        await File.WriteAllTextAsync(file.FullName, text);
    }

    private string Heading(Machine machine, string commandLine, DateTimeOffset now) =>
        $"""
        # {Name}

        {now:yyyy-MM-dd HH:mm} UTC. `{commandLine}`

        {machine.Cores} cores of {machine.Processor}, {machine.MemoryGiB} GiB; {machine.System}; {machine.Runtime}; load average {machine.LoadAverage}. Client and server shared them.


        """;

    private string Body()
    {
        var text = new StringBuilder();
        foreach (var table in Tables)
        {
            text.AppendLine($"## {table.Title}").AppendLine().AppendLine(table.Markdown());
        }

        foreach (var sentence in Sentences)
        {
            text.AppendLine($"* {sentence}");
        }

        return text.ToString();
    }
}
