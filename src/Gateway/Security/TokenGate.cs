using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Security;

/// <summary>Refuses a request whose token is there but not valid: going on as nobody would hide a mistake.</summary>
public sealed class TokenGate(RequestDelegate next)
{
    public async Task Invoke(HttpContext context)
    {
        var result = await context.AuthenticateAsync(BearerHandler.SchemeName);
        if (result.Failure is not null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await next(context);
    }
}
