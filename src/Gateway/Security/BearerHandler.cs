using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Http;

namespace Orchestrator.Security;

/// <summary>
/// Reads the token of an account from the Authorization header, or for a WebSocket, which has none in browsers, from the query. A token that is there and
/// not valid fails the request; no token is no account.
/// </summary>
public sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Token() is not { } token)
        {
            return AuthenticateResult.NoResult();
        }

        if (await tokens.Read(token) is not { } account)
        {
            return AuthenticateResult.Fail("The token is not valid.");
        }

        Context.Features.Set(account);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, account.UserId.Value), new Claim(ClaimTypes.Name, account.UserName)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}

/// <summary>What the request came with.</summary>
public static class RequestOrigin
{
    private const string Prefix = "Bearer ";

    public static AccountRecord? Account(this HttpContext context) => context.Features.Get<AccountRecord>();

    /// <summary>Its token, whatever that is good for; null without one.</summary>
    public static string? Token(this HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return header[Prefix.Length..].Trim();
        }

        if (request.Query.TryGetValue(AdministratorPages.TokenParameter, out var query))
        {
            return query.ToString();
        }

        return request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<TokenCookie>() is null ? null : request.Cookies[TokenCookie.Name];
    }
}
