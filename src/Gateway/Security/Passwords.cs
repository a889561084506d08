using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Orchestrator.Accounts;

namespace Orchestrator.Security;

/// <summary>Hashes and compares passwords with ASP.NET Core Identity's hasher, here at the edge: it is work, and a grain must not be kept busy with it.</summary>
public sealed class Passwords
{
    private readonly IGrainFactory _grains;
    private readonly PasswordHasher<AccountRecord> _hasher;
    private readonly Lazy<string> _nobody;

    public Passwords(IGrainFactory grains, IOptions<GatewayOptions> options)
    {
        _grains = grains;
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.PasswordIterations }));
        _nobody = new(() => Hash("nobody's password"));
    }

    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <summary>
    /// The account of name and password. Refusals: <see cref="RefusalCode.CredentialsInvalid"/>, also for a name that does not exist, and as late;
    /// <see cref="RefusalCode.TooManyRequests"/>.
    /// </summary>
    public async Task<AccountRecord> Check(string userName, string password)
    {
        var grain = _grains.GetGrain<IAccountGrain>(AccountName.Normalise(userName));
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
