using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogRecorder : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public Task Has(string text) => Testing.Polling.Eventually(() =>
        Lines.Any(line => line.Contains(text, StringComparison.Ordinal))
            ? null
            : $"\"{text}\" is not in the log: {string.Join(" | ", Lines)}");

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)} {exception?.Message}");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
