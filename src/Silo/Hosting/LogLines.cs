using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>
/// The log on the console, an entry a line. What clients call themselves stands in it, so whatever would begin another line or tell a terminal something is written as its code.
/// </summary>
internal sealed class LogLines() : ConsoleFormatter(Kind)
{
    public const string Kind = "lines";

    private const string Plain = "\u001b[0m";

    private readonly bool _hasColours = !Console.IsOutputRedirected;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var (word, colour) = Of(logEntry.LogLevel);
        textWriter.Write(TimeProvider.System.GetLocalNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(_hasColours ? colour + word + Plain : word);
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $": {logEntry.Category}[{logEntry.EventId.Id}] "));
        Say(logEntry.Formatter(logEntry.State, logEntry.Exception), textWriter);
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(' ');
            Say(exception.ToString(), textWriter);
        }

        textWriter.WriteLine();
    }

    private static void Say(string text, TextWriter to)
    {
        foreach (var character in text.ReplaceLineEndings(" "))
        {
            if (Deceptive.Is(character))
            {
                to.Write(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"));
            }
            else
            {
                to.Write(character);
            }
        }
    }

    private static (string Word, string Colour) Of(LogLevel level) => level switch
    {
        LogLevel.Trace => ("trce", "\u001b[37m"),
        LogLevel.Debug => ("dbug", "\u001b[37m"),
        LogLevel.Information => ("info", "\u001b[32m"),
        LogLevel.Warning => ("warn", "\u001b[1;33m"),
        LogLevel.Error => ("fail", "\u001b[30;41m"),
        _ => ("crit", "\u001b[1;37;41m"),
    };
}
