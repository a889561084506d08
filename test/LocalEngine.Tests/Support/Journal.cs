namespace Orchestrator.LocalEngine.Support;

/// <summary>What happened, in order.</summary>
internal sealed class Journal
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

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
        }
    }

    public int Count(string line) => Lines.Count(other => other == line);

    public Task Has(string line, int times = 1) => Testing.Polling.Eventually(() =>
        Count(line) >= times ? null : $"\"{line}\" is there {Count(line)} of {times} times in: {string.Join(", ", Lines)}");
}
