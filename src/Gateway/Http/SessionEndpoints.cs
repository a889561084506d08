using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api;
using Orchestrator.Sessions;

namespace Orchestrator.Http;

/// <summary>Reads over HTTP, and the administrator's delete. Bound to the same table as every other wire.</summary>
public static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/sessions").WithTags("Sessions").RequireAuthorization();
        sessions.MapGet("/", async (HttpContext http, HttpCommands run, CommandTable table) =>
                (await run.Run(table.Sessions.GetSessions, http.CommandContext(), NoParameters.Instance)).Value)
            .WithSummary("All sessions by id.");
        sessions.MapGet("/{sessionId}", (string sessionId, HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Sessions.GetSessionInfo, http.CommandContext(), new GetSessionParameters(Id(sessionId))))
            .WithSummary("One session; for its members and its administrator.");
        sessions.MapDelete("/{sessionId}", (string sessionId, HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Sessions.DeleteSession, http.CommandContext(), new DeleteSession(Id(sessionId), AccountEndpoints.Key(http))))
            .WithSummary("Deletes an empty session; for its administrator.");
        routes.MapGet("/version", (HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.System.GetOrchestratorVersion, http.CommandContext(), NoParameters.Instance))
            .WithTags("System").WithSummary("Which build this is.");
    }

    private static SessionId Id(string text) => IId<SessionId>.IsWellFormed(text)
        ? new SessionId(text)
        : throw new Refusal(RefusalCode.SessionNotFound, "The session was not found.");
}
