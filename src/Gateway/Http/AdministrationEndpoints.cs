using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Administration;
using Orchestrator.Api;

namespace Orchestrator.Http;

/// <summary>The orchestrator as a whole over HTTP. Bound to the same table as every other wire.</summary>
public static class AdministrationEndpoints
{
    public static void MapAdministration(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin").WithTags("Administration").WithMetadata(TokenNeeded.Instance);
        admin.MapGet("/dump", (HttpContext http, HttpCommands run, CommandTable table) => run.Run(table.Administration.DumpData, http.CommandContext(), NoParameters.Instance))
            .WithSummary("All sessions and users; for administrators.");
        admin.MapPost("/reset", (HttpContext http, HttpCommands run, CommandTable table) => Done(run, table.Administration.ResetOrchestrator, http))
            .WithSummary("Closes every session and logs everybody out; for administrators.");
        admin.MapPost("/terminate", (HttpContext http, HttpCommands run, CommandTable table) => Done(run, table.Administration.TerminateOrchestrator, http))
            .WithSummary("Ends the process; for administrators.");
        admin.MapGet("/audit", Read).WithSummary("What administrators did, oldest first; for administrators.");
    }

    private static async Task<NoContent> Done(HttpCommands run, Command<NoParameters, Nothing> command, HttpContext http)
    {
        await run.Run(command, http.CommandContext(), NoParameters.Instance);
        return TypedResults.NoContent();
    }

    private static Task<IReadOnlyList<AuditEntry>> Read(HttpContext http, Audit audit)
    {
        audit.DemandAdministrator(http.CommandContext(), "ReadAudit");
        return audit.Read();
    }
}
