using System.Globalization;
using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Users;

namespace Orchestrator.Security;

/// <summary>The token of an account, for the hub and for HTTP.</summary>
public sealed class AccessTokens(SignedTokens tokens, IGrainFactory grains, IOptions<GatewayOptions> options)
{
    private const string Audience = "access";

    private TimeSpan Lifetime => TimeSpan.FromMinutes(options.Value.TokenMinutes);

    public string Issue(AccountRecord account) => tokens.Issue(Audience, Lifetime, new Dictionary<string, object>
    {
        ["sub"] = account.UserId.Value,
        ["name"] = account.UserName,
        ["version"] = account.Version,
    });

    /// <summary>The account; null when the token is not valid, the account is gone, or its password was changed since.</summary>
    public async Task<AccountRecord?> Read(string token)
    {
        if (tokens.Read(Audience, token, "sub", "name", "version") is not { } claims)
        {
            return null;
        }

        var account = await Find(claims["name"]);
        return account?.UserId == new UserId(claims["sub"]) && account.Version.ToString(CultureInfo.InvariantCulture) == claims["version"]
            ? account
            : null;
    }

    /// <summary>The account of a token that was valid a while ago; null when it is gone, or its password was changed since.</summary>
    public async Task<AccountRecord?> Renew(AccountRecord known)
    {
        var account = await Find(known.UserName);
        return account?.UserId == known.UserId && account.Version == known.Version ? account : null;
    }

    private async Task<AccountRecord?> Find(string userName)
    {
        try
        {
            return await grains.GetGrain<IAccountGrain>(AccountName.Normalise(userName)).Get();
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.UserNotFound)
        {
            return null;
        }
    }
}
