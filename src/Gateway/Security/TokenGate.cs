using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Security;

/// <summary>Says of an address that its token is not an account's: it reads it itself.</summary>
public sealed class OwnToken
{
    public static OwnToken Instance { get; } = new();
}

/// <summary>Refuses a request whose token is there but not valid: going on as nobody would hide a mistake.</summary>
public sealed class TokenGate(RequestDelegate next)
{
    public async Task Invoke(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<OwnToken>() is not null)
        {
            await next(context);
            return;
        }

        var result = await context.AuthenticateAsync(BearerHandler.SchemeName);
        if (result.Failure is not null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await next(context);
    }
}
