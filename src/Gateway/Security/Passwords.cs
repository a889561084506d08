using Microsoft.AspNetCore.Identity;
using Orchestrator.Accounts;

namespace Orchestrator.Security;

/// <summary>Hashes and compares passwords with ASP.NET Core Identity's hasher, here at the edge: it is work, and a grain must not be kept busy with it.</summary>
public sealed class Passwords
{
    // A hash takes a processor for a good part of a tenth of a second; half of them stay free for those who are in a session.
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private const int WaitingMax = 200;

    private readonly IGrainFactory _grains;
    private readonly IPasswordHasher<AccountRecord> _hasher;
    private readonly Lazy<string> _nobody;
    private int _waiting;

    public Passwords(IGrainFactory grains, IPasswordHasher<AccountRecord> hasher)
    {
        _grains = grains;
        _hasher = hasher;
        _nobody = new(() => _hasher.HashPassword(null!, "nobody's password"));
    }

    public Task<string> Hash(string password) => InTurn(() => _hasher.HashPassword(null!, password));

    /// <summary>
    /// The account of name and password. Refusals: <see cref="RefusalCode.CredentialsInvalid"/>, also for a name that does not exist, and as late;
    /// <see cref="RefusalCode.TooManyRequests"/>.
    /// </summary>
    public async Task<AccountRecord> Check(string userName, string password)
    {
        var name = AccountName.Normalise(userName);
        // Goes on without one, so that the time it takes does not tell which names exist.
        var credentials = name.Length == 0 ? null : await Find(name);
        var result = await InTurn(() => _hasher.VerifyHashedPassword(null!, credentials?.PasswordHash ?? _nobody.Value, password));
        if (credentials is null || result == PasswordVerificationResult.Failed)
        {
            await (name.Length == 0 ? Task.CompletedTask : Account(name).SignInFailed());
            throw new Refusal(RefusalCode.CredentialsInvalid, "Name and password do not belong together.");
        }

        await Account(name).SignedIn();
        return credentials.Account;
    }

    private async Task<T> InTurn<T>(Func<T> work)
    {
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new Refusal(RefusalCode.TooManyRequests, "Too many passwords wait to be checked; try again later.");
        }

        await _places.WaitAsync();
        try
        {
            return work();
        }
        finally
        {
            _places.Release();
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<AccountCredentials?> Find(string name)
    {
        try
        {
            return await Account(name).GetCredentials();
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.UserNotFound)
        {
            return null;
        }
    }

    private IAccountGrain Account(string name) => _grains.GetGrain<IAccountGrain>(name);
}
