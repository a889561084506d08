using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>An account was created.</summary>
[GenerateSerializer, Immutable, Alias("account-registered")]
public sealed record AccountRegistered([property: Id(0)] AccountState State) : Event;

/// <summary>An account has another password; tokens of an older version are void.</summary>
[GenerateSerializer, Immutable, Alias("password-changed")]
public sealed record PasswordChanged([property: Id(0)] string PasswordHash, [property: Id(1)] int Version) : Event;

/// <summary>An account has another role.</summary>
[GenerateSerializer, Immutable, Alias("role-changed")]
public sealed record RoleChanged([property: Id(0)] Role Role) : Event;

/// <summary>An account is gone.</summary>
[GenerateSerializer, Immutable, Alias("account-removed")]
public sealed record AccountRemoved : Event;
