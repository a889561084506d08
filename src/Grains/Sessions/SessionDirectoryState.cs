using System.Collections.Immutable;

namespace Orchestrator.Sessions;

/// <summary>The list of sessions as it is stored: enough to wake them after a restart.</summary>
[GenerateSerializer, Immutable, Alias("session-directory-state")]
public sealed record SessionDirectoryState
{
    [Id(0)]
    public ImmutableHashSet<SessionId> Sessions { get; init; } = [];
}
