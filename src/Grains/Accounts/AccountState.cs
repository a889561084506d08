using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>An account as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("account-state")]
public sealed record AccountState
{
    [Id(0)]
    public required UserId User { get; init; }

    /// <summary>As its owner writes it; the grain's key is the normalised form.</summary>
    [Id(1)]
    public required string Name { get; init; }

    [Id(2)]
    public required string PasswordHash { get; init; }

    [Id(3)]
    public required DateTimeOffset CreatedAt { get; init; }

    [Id(4)]
    public int Version { get; init; } = 1;

    [Id(5)]
    public Role Role { get; init; } = Role.User;
}
