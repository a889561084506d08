using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Api;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Http;

/// <summary>What the account endpoints do: validate, hash, ask the account's grain.</summary>
public sealed class AccountService(
    IGrainFactory grains, Passwords passwords, AccessTokens tokens, Limits limits, IOptions<GatewayOptions> options)
{
    public async Task<AccountRecord> Register(string userName, string password, string? key)
    {
        Validation.Name(userName, "userName", limits);
        Validation.Key(key, limits);
        DemandPassword(password, "password");
        return await Grain(userName).Register(new RegisterAccount(userName.Trim(), await passwords.Hash(password), key));
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

    public async Task Remove(AccountRecord account, string? key)
    {
        Validation.Key(key, limits);
        // First, because nobody could ask for it once the account is gone.
        await grains.GetGrain<IUserDataGrain>(account.UserId.Value).Remove();
        await Grain(account.UserName).Remove(new RemoveAccount(key));
    }

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
