using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Administration;
using Orchestrator.Connections;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Everything that lives.</summary>
/// <param name="Id">Another one at each start of the server.</param>
/// <param name="Sessions">Without sessionUserDefinitions: the users say where they are.</param>
public sealed record DumpBody(string Id, IReadOnlyList<JsonObject> Sessions, IReadOnlyList<UserRecord> Users);

/// <summary>What a dump, a reset and an end need.</summary>
public sealed record AdministrationServices(
    IGrainFactory Grains, SessionListReplica List, UserListReplica Users, ServerIdentity Identity, Dismisser Dismisser, ConnectionCloser Closer, Termination Termination,
    Audit Audit, ILogger<AdministrationCommands> Log);

/// <summary>Commands about the orchestrator as a whole; for its administrators.</summary>
public sealed class AdministrationCommands
{
    private const int AtOnceMax = 64;
    private const string Definitions = "sessionUserDefinitions";

    private readonly AdministrationServices _with;

    public AdministrationCommands(AdministrationServices with)
    {
        _with = with;
        DumpData = new("DumpData", (context, _) => with.Audit.Logged(context, "DumpData", () => Dump(context)));
        ResetOrchestrator = new("ResetOrchestrator", (context, _) => with.Audit.Recorded(context, "ResetOrchestrator", null, () => Reset(context)));
        TerminateOrchestrator = new("TerminateOrchestrator", (context, _) => Terminate(context));
    }

    public Command<NoParameters, DumpBody> DumpData { get; }

    public Command<NoParameters, Nothing> ResetOrchestrator { get; }

    public Command<NoParameters, Nothing> TerminateOrchestrator { get; }

    private async Task<Answer<DumpBody>> Dump(CommandContext context)
    {
        var sessions = (await _with.List.Read(context.Connection?.LastChange, context.CancellationToken)).Value;
        var users = (await _with.Users.Read(context.Connection?.LastUserChange, context.CancellationToken)).Value;
        return new(new DumpBody(_with.Identity.Id, [.. sessions.Values.Select(Brief)], [.. users.Values.OrderBy(u => u.UserId.Value, StringComparer.Ordinal)]));
    }

    private static JsonObject Brief(SessionRecord session)
    {
        var brief = JsonSerializer.SerializeToNode(session, Json.Wire)!.AsObject();
        brief.Remove(Definitions);
        return brief;
    }

    /// <summary>Sessions first, so that their members hear that they are over; then whoever is in them but away; then whoever is connected, anywhere.</summary>
    private async Task<Answer<Nothing>> Reset(CommandContext context)
    {
        var sessions = (await _with.List.Read(context.Connection?.LastChange, context.CancellationToken)).Value;
        await Parallel.ForEachAsync(
            sessions.Keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax }, async (session, _) => await _with.Grains.GetGrain<ISessionGrain>(session.Value).Reset());
        var own = context.Caller?.User;
        if (context.Connection is { } connection)
        {
            // The caller is answered before its connection closes, so it is logged out by itself.
            await connection.SessionOver();
            await _with.Closer.Unsubscribe(connection);
            connection.LoggedOut();
            connection.EndsAfterReply = CloseCode.Reset;
        }

        var users = (await _with.Users.Read(lastChange: null, context.CancellationToken)).Value.Keys
            .Concat(sessions.Values.SelectMany(s => s.SessionUsers.Append(s.SessionAdministrator)));
        await _with.Dismisser.Dismiss([.. (own is { } self ? users.Append(self) : users).Distinct()], DismissReason.Reset);
        await _with.Grains.GetGrain<IOrchestratorGrain>(IOrchestratorGrain.Key).Reset(context.Connection?.Id);
        return Nothing.Answer;
    }

    private async Task<Answer<Nothing>> Terminate(CommandContext context)
    {
        _with.Log.LogWarning("The process ends on an administrator's command");
        // Written down before it stops: afterwards there is nobody to write.
        await _with.Audit.Recorded(context, "TerminateOrchestrator", null, static () => Task.FromResult(true));
        _with.Termination.AfterReply();
        return Nothing.Answer;
    }
}
