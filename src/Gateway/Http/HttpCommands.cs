using Orchestrator.Administration;
using Orchestrator.Api;

namespace Orchestrator.Http;

/// <summary>Runs commands of the table for HTTP: the body alone on success; refusals go on to <see cref="HttpRefusals"/>.</summary>
public sealed class HttpCommands(Limits limits, Audit audit, CommandMeter meter)
{
    public async Task<TBody> Run<TParameters, TBody>(Command<TParameters, TBody> command, CommandContext context, TParameters parameters) =>
        (await meter.Watched(command, () => audit.Watched(command, context, () => command.Run(context, parameters, limits)))).Body;
}
