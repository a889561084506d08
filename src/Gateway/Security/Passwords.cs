using Microsoft.AspNetCore.Identity;
using Orchestrator.Accounts;

namespace Orchestrator.Security;

/// <summary>Hashes and compares passwords with ASP.NET Core Identity's hasher, here at the edge: it is work, and a grain must not be kept busy with it.</summary>
public sealed class Passwords(IGrainFactory grains)
{
    private readonly PasswordHasher<AccountRecord> _hasher = new();
    private readonly Lazy<string> _nobody = new(() => new PasswordHasher<AccountRecord>().HashPassword(null!, "nobody's password"));

    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <summary>
    /// The account of name and password. Refusals: <see cref="RefusalCode.CredentialsInvalid"/>, also for a name that does not exist, and as late;
    /// <see cref="RefusalCode.TooManyRequests"/>.
    /// </summary>
    public async Task<AccountRecord> Check(string userName, string password)
    {
        var grain = grains.GetGrain<IAccountGrain>(AccountName.Normalise(userName));
        AccountCredentials? credentials = null;
        try
        {
            credentials = await grain.GetCredentials();
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.UserNotFound)
        {
            // Goes on, so that the time it takes does not tell which names exist.
        }

        var result = _hasher.VerifyHashedPassword(null!, credentials?.PasswordHash ?? _nobody.Value, password);
        if (credentials is null || result == PasswordVerificationResult.Failed)
        {
            await (credentials is null ? Task.CompletedTask : grain.SignInFailed());
            throw new Refusal(RefusalCode.CredentialsInvalid, "Name and password do not belong together.");
        }

        await grain.SignedIn();
        return credentials.Account;
    }
}
