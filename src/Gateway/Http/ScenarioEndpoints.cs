using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api;
using Orchestrator.Scenarios;

namespace Orchestrator.Http;

/// <summary>The catalogue of scenarios over HTTP, for whoever has an account. Bound to the same table as every other wire.</summary>
public static class ScenarioEndpoints
{
    public static void MapScenarios(this IEndpointRouteBuilder routes)
    {
        var scenarios = routes.MapGroup("/scenarios").WithTags("Scenarios").RequireAuthorization();
        scenarios.MapGet("/", (HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Scenarios.GetScenarios, http.CommandContext(), NoParameters.Instance))
            .WithSummary("All scenarios by id.");
        scenarios.MapGet("/{scenarioId}", (string scenarioId, HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Scenarios.GetScenarioInfo, http.CommandContext(), new ScenarioParameters(scenarioId)))
            .WithSummary("One scenario.");
        scenarios.MapPut("/{scenarioId}", Put).WithSummary("Adds a scenario, or replaces the caller's own or a guest's; administrators replace any. The header Idempotency-Key makes a repeat safe.");
        scenarios.MapDelete("/{scenarioId}", (string scenarioId, HttpContext http, HttpCommands run, CommandTable table) =>
                run.Run(table.Scenarios.RemoveScenario, http.CommandContext(), new RemoveScenario(scenarioId, AccountEndpoints.Key(http))))
            .WithSummary("Removes a scenario; for its owner and for administrators; a guest's, for everybody.");
    }

    private static Task<Nothing> Put(string scenarioId, ScenarioDefinition definition, HttpContext http, HttpCommands run, CommandTable table) =>
        definition.ScenarioId == scenarioId
            ? run.Run(table.Scenarios.AddScenario, http.CommandContext(), AddScenarioParameters.Of(definition, AccountEndpoints.Key(http)))
            : throw Refusal.BadRequest("The scenario has another id than its address at $.scenarioId.");
}
