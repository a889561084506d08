using System.Collections.Concurrent;

namespace Orchestrator.LocalEngine.Support;

/// <summary>Places where grains wait until the test lets them go on.</summary>
internal sealed class Gates
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    public Task Pass(string name)
    {
        var gate = Named(name);
        gate.Arrived.TrySetResult();
        return gate.Opened.Task;
    }

    public void Open(string name) => Named(name).Opened.TrySetResult();

    /// <summary>Done when somebody waits at the gate, or has passed it.</summary>
    public Task Arrival(string name) => Named(name).Arrived.Task.WaitAsync(TimeSpan.FromSeconds(15));

    public bool HasArrived(string name) => Named(name).Arrived.Task.IsCompleted;

    private Gate Named(string name) => _gates.GetOrAdd(name, _ => new Gate());

    private sealed class Gate
    {
        public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
