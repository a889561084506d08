using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Administration;

namespace Orchestrator.Http;

/// <summary>
/// Pages for administrators. A browser sends no header for a page and for what belongs to it, so the page is opened once with the token in its address, and then kept open by a cookie that is good for
/// these pages alone.
/// </summary>
public static class AdministratorPages
{
    /// <summary>Where the dashboard of the engine is.</summary>
    public const string Dashboard = "/admin/dashboard";

    /// <summary>The parameter of an address that a token stands in.</summary>
    internal const string TokenParameter = "access_token";

    /// <summary>Demands an administrator for everything in the group, or a trusted caller on this machine, as for all administration.</summary>
    /// <param name="action">What the log says that somebody without the right has tried.</param>
    public static RouteGroupBuilder ForAdministrators(this RouteGroupBuilder pages, string action)
    {
        pages.WithMetadata(TokenCookie.Instance);
        pages.AddEndpointFilter((context, next) =>
        {
            var http = context.HttpContext;
            http.RequestServices.GetRequiredService<Audit>().DemandAdministrator(http.CommandContext(), action);
            return http.Request.Query[TokenParameter].ToString() is { Length: > 0 } token ? ValueTask.FromResult<object?>(Kept(http, token)) : next(context);
        });
        return pages;
    }

    /// <summary>The same page without the token in its address, which would otherwise stay in histories and logs.</summary>
    private static IResult Kept(HttpContext http, string token)
    {
        var path = $"{http.Request.PathBase}{http.Request.Path}";
        http.Response.Cookies.Append(TokenCookie.Name, token, new CookieOptions
        {
            Path = $"{http.Request.PathBase}{Dashboard}",
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            SameSite = SameSiteMode.Strict,
        });
        return Results.LocalRedirect(path);
    }
}

/// <summary>Says of a route that its token may stand in a cookie.</summary>
internal sealed class TokenCookie
{
    public const string Name = "orchestrator_token";

    public static TokenCookie Instance { get; } = new();
}
