using System.Globalization;
using Orchestrator.Accounts;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Security;

/// <summary>The token that brings a device back. It says who it is; whether there is still a seat, the user's grain knows.</summary>
public sealed class ResumeTokens(SignedTokens tokens, AccessTokens access)
{
    private const int Guest = 0;
    private const string Audience = "resume";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <param name="account">The account that logged in; null for a guest.</param>
    public string Issue(Caller caller, AccountRecord? account) => tokens.Issue(Audience, Lifetime, new Dictionary<string, object>
    {
        ["sub"] = caller.User.Value,
        ["name"] = caller.UserName,
        ["device"] = caller.Device.Value,
        ["version"] = account?.Version ?? Guest,
    });

    /// <summary>Refusals: <see cref="RefusalCode.ResumeExpired"/>.</summary>
    public async Task<(Caller Caller, AccountRecord? Account)> Read(string token)
    {
        if (tokens.Read(Audience, token, "sub", "name", "device", "version") is not { } claims)
        {
            throw NotValid();
        }

        var caller = new Caller(new UserId(claims["sub"]), new DeviceId(claims["device"]), claims["name"]);
        var version = int.Parse(claims["version"], CultureInfo.InvariantCulture);
        if (version == Guest)
        {
            return (caller, null);
        }

        var account = await access.Renew(new AccountRecord(caller.User, caller.UserName, default, version));
        return account is null ? throw NotValid() : (caller with { Role = account.Role }, account);
    }

    private static Refusal NotValid() => new(RefusalCode.ResumeExpired, "The resume token is not valid, or not any more.");
}
