using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.Devices;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Http;

/// <summary>Who calls over HTTP.</summary>
internal static class HttpCallers
{
    // A caller over HTTP has no device that could be subscribed to anything.
    private static readonly DeviceId Device = new("http");

    public static CommandContext CommandContext(this HttpContext http)
    {
        var account = http.Account();
        var caller = account is null ? null : new Caller(account.UserId, Device, account.UserName, account.Role);
        var admin = http.RequestServices.GetRequiredService<IOptions<AdminOptions>>().Value;
        return new CommandContext(Origin.Of(account, http.Connection.RemoteIpAddress, admin), null, caller, http.RequestAborted);
    }
}

/// <summary>Says of a route that the table of rights demands a token, so that the description says it too.</summary>
internal sealed class TokenNeeded
{
    public static TokenNeeded Instance { get; } = new();
}
