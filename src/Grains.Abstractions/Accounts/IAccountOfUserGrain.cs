namespace Orchestrator.Accounts;

/// <summary>
/// Finds the account of a user; its key is the user's id. A hint: the account knows whose it is, and a hint may be left of an account that never came to be. It outlives
/// the account until the user is dismissed and its data is gone, so that a removal that was not finished can be found and repeated. Durable.
/// </summary>
[Alias("account-of-user")]
public interface IAccountOfUserGrain : IGrainWithStringKey
{
    /// <summary>The normalised name of the account; null for a user without one. Called by gateways.</summary>
    [Alias("find"), Repeatable]
    Task<string?> Find();

    /// <summary>Names the account, or takes the name away. Caller: the account; at the end of a removal the user.</summary>
    [Alias("set"), Repeatable]
    Task Set(string? account);
}
