namespace Orchestrator.Tests;

/// <summary>Tests that look at the memory of the whole process, and so run when no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
