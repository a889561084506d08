using System.Text.Json.Serialization;
using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>
/// An account: a name that belongs to somebody with a password. Its key is the normalised name. Durable: every change is answered when it is written. Passwords
/// are hashed and compared at the edge; the grain keeps the hash and tells it to no client.
/// </summary>
[Alias("account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Creates the account, of an ordinary user. Refusals: <see cref="RefusalCode.NameTaken"/>.</summary>
    [Alias("register")]
    Task<AccountRecord> Register(RegisterAccount command);

    /// <summary>The account. Refusals: <see cref="RefusalCode.UserNotFound"/>.</summary>
    [Alias("get"), Repeatable]
    Task<AccountRecord> Get();

    /// <summary>Name and hash, for the edge to compare. Refusals: <see cref="RefusalCode.UserNotFound"/>, <see cref="RefusalCode.TooManyRequests"/> (after failures).</summary>
    [Alias("credentials"), Repeatable]
    Task<AccountCredentials> GetCredentials();

    /// <summary>The comparison failed: the next ones are slowed down.</summary>
    [Alias("sign-in-failed")]
    Task SignInFailed();

    /// <summary>The comparison succeeded: earlier failures are forgotten.</summary>
    [Alias("signed-in"), Repeatable]
    Task SignedIn();

    /// <summary>Gives the account another password. Refusals: <see cref="RefusalCode.UserNotFound"/>.</summary>
    [Alias("change-password")]
    Task ChangePassword(ChangePassword command);

    /// <summary>
    /// Gives the account a role; repeating it is fine. Caller: <see cref="IAdministratorsGrain"/> alone, which knows who else administers.
    /// Refusals: <see cref="RefusalCode.UserNotFound"/>.
    /// </summary>
    [Alias("change-role")]
    Task<AccountRecord> ChangeRole(Role role);

    /// <summary>Removes the account; the user's grain does the rest. Caller: <see cref="IAdministratorsGrain"/> alone. Refusals: <see cref="RefusalCode.UserNotFound"/>.</summary>
    [Alias("remove")]
    Task Remove();
}

/// <summary>An account as its owner may see it.</summary>
/// <param name="Version">Counts password changes: tokens of an older version are not valid.</param>
/// <param name="UserAdmin">Whether it administers the orchestrator.</param>
[GenerateSerializer, Immutable, Alias("account-record")]
public sealed record AccountRecord(
    [property: Id(0)] UserId UserId,
    [property: Id(1)] string UserName,
    [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] int Version,
    [property: Id(4)] bool UserAdmin = false)
{
    [JsonIgnore]
    public Role Role => UserAdmin ? Role.Administrator : Role.User;
}

/// <summary>What the edge needs to compare a password.</summary>
[GenerateSerializer, Immutable, Alias("account-credentials")]
public sealed record AccountCredentials([property: Id(0)] AccountRecord Account, [property: Id(1)] string PasswordHash);

/// <summary>Creates an account.</summary>
/// <param name="By">Whose idempotency key it is: the caller's user id, or empty for a stranger. What a stranger made must not answer an administrator.</param>
[GenerateSerializer, Immutable, Alias("register-account-command")]
public sealed record RegisterAccount(
    [property: Id(0)] string UserName,
    [property: Id(1)] string PasswordHash,
    [property: Id(2)] string? Key = null,
    [property: Id(3)] string By = "") : IKeyedCommand;

/// <summary>Gives an account another password.</summary>
[GenerateSerializer, Immutable, Alias("change-password-command")]
public sealed record ChangePassword([property: Id(0)] string PasswordHash, [property: Id(1)] string? Key = null) : IKeyedCommand;
