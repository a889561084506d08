using System.Collections.Immutable;

namespace Orchestrator.Users;

/// <summary>The list of users as it is stored: those that have a record, to wake them after a restart.</summary>
[GenerateSerializer, Immutable, Alias("user-directory-state")]
public sealed record UserDirectoryState
{
    [Id(0)]
    public ImmutableHashSet<UserId> Users { get; init; } = [];
}
