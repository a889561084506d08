using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>
/// Who administers the orchestrator; one grain. Roles change and accounts end here alone, one after the other, so that the last administrator stays one whatever happens at once.
/// The account keeps its role; what is kept here only counts: it never names somebody who is no administrator. Durable: answered when it is written. Called by gateways.
/// </summary>
[Alias("administrators")]
public interface IAdministratorsGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>
    /// Gives an account a role; repeating it is fine. Caller: an administrator, or the start of the process. Refusals: <see cref="RefusalCode.UserNotFound"/>,
    /// <see cref="RefusalCode.NotAllowed"/> (it would take the role from the last administrator).
    /// </summary>
    [Alias("change-role")]
    Task<AccountRecord> ChangeRole(ChangeRole command);

    /// <summary>
    /// Removes an account; <see cref="IUserGrain.Dismiss"/> finishes that. One that is gone already while its user still names it counts as removed.
    /// Caller: its owner or an administrator. Refusals: <see cref="RefusalCode.UserNotFound"/> (the user names none), <see cref="RefusalCode.NotAllowed"/> (the last administrator's).
    /// </summary>
    [Alias("remove")]
    Task Remove(RemoveAccount command);
}

/// <summary>Gives an account a role.</summary>
/// <param name="Account">The normalised name.</param>
[GenerateSerializer, Immutable, Alias("change-role-command")]
public sealed record ChangeRole([property: Id(0)] string Account, [property: Id(1)] Role Role);

/// <summary>Removes an account.</summary>
/// <param name="Account">The normalised name, as the user names its account; empty when it names none.</param>
/// <param name="User">Whom the account must still belong to: the name may be another one's by now.</param>
/// <param name="By">Whose idempotency key it is.</param>
[GenerateSerializer, Immutable, Alias("remove-account-command")]
public sealed record RemoveAccount(
    [property: Id(0)] string Account,
    [property: Id(1)] UserId User,
    [property: Id(2)] string By,
    [property: Id(3)] string? Key = null) : IKeyedCommand;
