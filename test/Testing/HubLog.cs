using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Testing;

/// <summary>A line that the server logged.</summary>
public sealed record HubLogLine(LogLevel Level, string Category, string Text, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}: {Text} {Exception}";
}

/// <summary>Keeps what the server logs: every line from Warning on, and the last ones of the rest.</summary>
public sealed class HubLog : ILoggerProvider
{
    private const int OthersMax = 2_000;

    private readonly ConcurrentQueue<HubLogLine> _severe = new();
    private readonly ConcurrentQueue<HubLogLine> _others = new();

    public IReadOnlyList<HubLogLine> Lines => [.. _others, .. _severe];

    /// <summary>What should never be there.</summary>
    public IReadOnlyList<HubLogLine> Errors => [.. _severe.Where(l => l.Level >= LogLevel.Error)];

    /// <summary>The host is being stopped, by the test.</summary>
    public bool IsStopping { get; set; }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // It is read after the server has gone.
    }

    /// <summary>A timer or a call that comes while the only silo leaves its cluster finds nobody, or is cancelled or turned away; Orleans calls that an error.</summary>
    private static bool IsOfAStoppingSilo(HubLogLine line) => line.Category.StartsWith("Orleans.", StringComparison.Ordinal)
        && (line.Exception is OperationCanceledException
            || line.Exception?.Message.StartsWith("No active nodes", StringComparison.Ordinal) == true
            || line.Exception?.Message.EndsWith("is shutting down.", StringComparison.Ordinal) == true);

    private void Add(HubLogLine line)
    {
        if (line.Level >= LogLevel.Warning && !(IsStopping && IsOfAStoppingSilo(line)))
        {
            _severe.Enqueue(line);
            return;
        }

        _others.Enqueue(line);
        if (_others.Count > OthersMax)
        {
            _others.TryDequeue(out _);
        }
    }

    private sealed class Logger(HubLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(new HubLogLine(logLevel, category, formatter(state, exception), exception));
    }
}
