using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Http;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Administration;

/// <summary>The administrator that the configuration names.</summary>
public sealed class AdminAccount(IGrainFactory grains, AccountService accounts, Passwords passwords, IOptions<AdminOptions> options, ILogger<AdminAccount> log)
{
    /// <summary>Makes the account, or gives it the role and the password of the configuration. Nothing changes when all is so already.</summary>
    public async Task Ensure()
    {
        if (options.Value is not { User: { } user, Password: { } password })
        {
            return;
        }

        var account = grains.GetGrain<IAccountGrain>(AccountName.Normalise(user));
        if (!await IsRight(user, password))
        {
            var hash = await passwords.Hash(password);
            try
            {
                await account.ChangePassword(new ChangePassword(hash));
                log.LogInformation("The administrator {User} has the password of the configuration now", user);
            }
            catch (Refusal refusal) when (refusal.Code == RefusalCode.UserNotFound)
            {
                await account.Register(new RegisterAccount(user.Trim(), hash));
                log.LogInformation("The administrator {User} was made", user);
            }
        }

        await accounts.ChangeRole(user, Role.Administrator);
    }

    private async Task<bool> IsRight(string user, string password)
    {
        try
        {
            await passwords.Check(user, password);
            return true;
        }
        catch (Refusal refusal) when (refusal.Code is RefusalCode.CredentialsInvalid or RefusalCode.TooManyRequests)
        {
            return false;
        }
    }
}
