using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Http;

/// <summary>What the account endpoints do: validate, hash, ask the account's grain.</summary>
public sealed class AccountService(
    IGrainFactory grains, Passwords passwords, AccessTokens tokens, Dismisser dismisser, Limits limits, IOptions<GatewayOptions> options)
{
    /// <param name="passwordName">What the caller calls the password.</param>
    public async Task<AccountRecord> Register(CommandContext context, AddUserParameters account, string passwordName)
    {
        Validation.AccountName(account.UserName, "userName", limits);
        Validation.Key(account.Key, limits);
        DemandPassword(account.UserPassword, passwordName);
        var hash = await passwords.Hash(account.UserPassword);
        return await Grain(account.UserName).Register(new RegisterAccount(account.UserName.Trim(), hash, account.Key, KeyOwner(context)));
    }

    public async Task<TokenBody> LogIn(string userName, string password)
    {
        Validation.Name(userName, "userName", limits);
        Validation.Length(password, "password", limits.PasswordLengthMax);
        var account = await passwords.Check(userName, password);
        return new TokenBody(tokens.Issue(account), "Bearer", TimeSpan.FromMinutes(options.Value.TokenMinutes).TotalSeconds, account);
    }

    public async Task ChangePassword(AccountRecord account, PasswordChange change, string? key)
    {
        Validation.Key(key, limits);
        DemandPassword(change.NewPassword, "newPassword");
        await passwords.Check(account.UserName, change.Password);
        await Grain(account.UserName).ChangePassword(new ChangePassword(await passwords.Hash(change.NewPassword), key));
    }

    /// <summary>Gives the account a role. Who loses one comes back without it: its connections are closed.</summary>
    public async Task<AccountRecord> ChangeRole(string userName, Role role)
    {
        var account = await Administrators.ChangeRole(new ChangeRole(AccountName.Normalise(userName), role));
        if (role == Role.User)
        {
            // Also when the account had no more: an earlier demotion may have been written and not answered. A connection knows what it has to lose.
            await dismisser.Dismiss(account.UserId, DismissReason.RoleChanged);
        }

        return account;
    }

    /// <summary>Removes the account of a user; <see cref="DismissRemoved"/> follows. Refusals: <see cref="RefusalCode.UserNotFound"/>, <see cref="RefusalCode.NotAllowed"/> (the last administrator's).</summary>
    public async Task Remove(UserId user, UserId by, string? key)
    {
        Validation.Key(key, limits);
        var account = await grains.GetGrain<IAccountOfUserGrain>(user.Value).Find();
        // Who repeats a key names an account that is gone; the administrators' grain knows the key.
        await Administrators.Remove(new RemoveAccount(account ?? "", user, by.Value, key));
    }

    /// <summary>Closes the connections of a user whose account is gone, and removes its data. What does not succeed goes on by itself for a while, and with a repeated command.</summary>
    public Task DismissRemoved(UserId user) => dismisser.Dismiss(user, DismissReason.AccountRemoved);

    /// <summary>A trusted caller that is not logged in shares its keys with others like it, but never with strangers.</summary>
    private static string KeyOwner(CommandContext context) => context.Caller?.User.Value ?? (context.MayAdminister ? "trusted" : "");

    private IAdministratorsGrain Administrators => grains.GetGrain<IAdministratorsGrain>(IAdministratorsGrain.Key);

    private IAccountGrain Grain(string userName) => grains.GetGrain<IAccountGrain>(AccountName.Normalise(userName));

    private void DemandPassword(string password, string parameter)
    {
        Validation.Length(password, parameter, limits.PasswordLengthMax);
        if (password.Length < limits.PasswordLengthMin)
        {
            throw Refusal.BadRequest($"The parameter '{parameter}' has fewer than {limits.PasswordLengthMin} characters.");
        }
    }
}
