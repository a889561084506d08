namespace Orchestrator.LocalEngine;

/// <summary>Something for a mailbox to do in one turn. It is its own list node, so that an empty mailbox costs nothing.</summary>
internal abstract class WorkItem
{
    internal WorkItem? Next;
}

/// <summary>The rest of an async method, after one of its awaits.</summary>
internal sealed class Continuation(SendOrPostCallback callback, object? state) : WorkItem
{
    internal void Run() => callback(state);
}
