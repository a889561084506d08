using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Http;

/// <summary>A name and its password.</summary>
public sealed record Credentials(string UserName, string Password);

/// <summary>Another password; the present one proves that the account's owner asks.</summary>
public sealed record PasswordChange(string Password, string NewPassword);

/// <summary>Whether the account administers the orchestrator.</summary>
public sealed record RoleChange(bool UserAdmin);

/// <summary>The token of an account, for the hub and for HTTP.</summary>
public sealed record TokenBody(string Token, string TokenType, double ExpiresInSeconds, AccountRecord Account);

/// <summary>Accounts over HTTP.</summary>
public static class AccountEndpoints
{
    public const string RateLimit = "accounts";
    private const string KeyHeader = "Idempotency-Key";

    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("/accounts").WithTags("Accounts").RequireRateLimiting(RateLimit);
        accounts.MapPost("/", Register).WithSummary("Creates an account. The header Idempotency-Key makes a repeat safe.");
        accounts.MapGet("/me", (HttpContext http) => http.Account()!).RequireAuthorization().WithSummary("The caller's own account.");
        accounts.MapPut("/me/password", ChangePassword).RequireAuthorization().WithSummary("Changes the password; older tokens are void.");
        accounts.MapDelete("/me", Remove).RequireAuthorization().WithSummary("Removes the caller's own account.");
        accounts.MapPut("/{userName}/role", ChangeRole).WithMetadata(TokenNeeded.Instance).WithSummary("Gives the role of an administrator, or takes it; for administrators.");
        routes.MapPost("/tokens", LogIn).WithTags("Accounts").RequireRateLimiting(RateLimit).WithSummary("Logs in: a token for the hub and for HTTP.");
    }

    private static async Task<Created<AccountRecord>> Register(Credentials credentials, HttpContext http, AccountService accounts) =>
        TypedResults.Created(
            "/api/accounts/me", await accounts.Register(http.CommandContext(), new AddUserParameters(credentials.UserName, credentials.Password, Key: Key(http)), "password"));

    private static Task<TokenBody> LogIn(Credentials credentials, AccountService accounts) =>
        accounts.LogIn(credentials.UserName, credentials.Password);

    private static async Task<NoContent> ChangePassword(PasswordChange change, HttpContext http, AccountService accounts)
    {
        await accounts.ChangePassword(http.Account()!, change, Key(http));
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Remove(HttpContext http, HttpCommands run, CommandTable table)
    {
        await run.Run(table.Accounts.DeleteUser, http.CommandContext(), new DeleteUserParameters(Key: Key(http)));
        return TypedResults.NoContent();
    }

    private static async Task<AccountRecord> ChangeRole(string userName, RoleChange change, HttpContext http, AccountService accounts, Audit audit)
    {
        const string Action = "ChangeRole";
        var context = http.CommandContext();
        audit.DemandAdministrator(context, Action, userName);
        var role = change.UserAdmin ? Role.Administrator : Role.User;
        return await audit.Recorded(context, Action, $"{userName}: {role}", () => accounts.ChangeRole(userName, role));
    }

    internal static string? Key(HttpContext http) => http.Request.Headers.TryGetValue(KeyHeader, out var key) ? key.ToString() : null;
}
