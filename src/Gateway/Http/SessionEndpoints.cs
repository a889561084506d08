using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.Devices;
using Orchestrator.Security;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Http;

/// <summary>Reads over HTTP, and the administrator's delete. Bound to the same table as every other wire.</summary>
public static class SessionEndpoints
{
    // A caller over HTTP has no device that could be subscribed to anything.
    private static readonly DeviceId Device = new("http");

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/sessions").WithTags("Sessions").RequireAuthorization();
        sessions.MapGet("/", (HttpContext http, HttpCommands run, CommandTable table) => run.Run(table.Sessions.GetSessions, Context(http), NoParameters.Instance))
            .WithSummary("All sessions by id.");
        sessions.MapGet("/{sessionId}", (string sessionId, HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Sessions.GetSessionInfo, Context(http), new GetSessionParameters(Id(sessionId))))
            .WithSummary("One session; for its members and its administrator.");
        sessions.MapDelete("/{sessionId}", (string sessionId, HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Sessions.DeleteSession, Context(http), new DeleteSession(Id(sessionId), AccountEndpoints.Key(http))))
            .WithSummary("Deletes an empty session; for its administrator.");
        routes.MapGet("/version", (HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.System.GetOrchestratorVersion, Context(http), NoParameters.Instance))
            .WithTags("System").WithSummary("Which build this is.");
    }

    internal static CommandContext Context(HttpContext http)
    {
        var account = http.Account();
        var caller = account is null ? null : new Caller(account.UserId, Device, account.UserName, Role.User);
        return new CommandContext(new Origin(account, IsLoopback: false, ""), null, caller, http.RequestAborted);
    }

    private static SessionId Id(string text) => IId<SessionId>.IsWellFormed(text)
        ? new SessionId(text)
        : throw new Refusal(RefusalCode.SessionNotFound, "The session was not found.");
}
