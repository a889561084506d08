using System.Diagnostics;

namespace Orchestrator.Load.Reporting;

/// <summary>Says on the error output how far it is: one line that is rewritten on a terminal, otherwise a plain line now and then.</summary>
internal sealed class Progress
{
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(5);

    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private long _shownAt;

    public void Show(string line)
    {
        if (_shownAt != 0 && Stopwatch.GetElapsedTime(_shownAt) < (_isTerminal ? OnTerminal : Elsewhere))
        {
            return;
        }

        _shownAt = Stopwatch.GetTimestamp();
        Console.Error.Write(_isTerminal ? EraseLine + line : line + Environment.NewLine);
    }

    /// <summary>Clears the line, so that a result can follow.</summary>
    public void End()
    {
        if (_isTerminal)
        {
            Console.Error.Write(EraseLine);
        }
    }
}
