using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.SignalR;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.SignalR;

/// <summary>
/// The SignalR wire. A method a command, by the names of the VRTogether API; each takes one object and answers one <see cref="Reply{T}"/>. Commands of one connection
/// are processed one after the other.
/// </summary>
public sealed class OrchestratorHub(CommandTable table, CommandRunner runner, ConnectionCloser closer) : Hub<IOrchestratorClient>
{
    /// <summary>The names that clients may call.</summary>
    public static FrozenSet<string> Commands { get; } = typeof(OrchestratorHub)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Select(m => m.Name)
        .Where(n => n is not (nameof(OnConnectedAsync) or nameof(OnDisconnectedAsync) or nameof(Refuse)))
        .ToFrozenSet(StringComparer.Ordinal);

    private ClientConnection Connection => (ClientConnection)Context.Items[SignalRConnections.ItemKey]!;

    /// <summary>Which build this is. Before login too.</summary>
    public Task<Reply<VersionBody>> GetOrchestratorVersion() => Run(table.System.GetOrchestratorVersion);

    /// <inheritdoc cref="LoginParameters"/>
    public Task<Reply<LoginBody>> Login(LoginParameters parameters) => Run(table.Users.Login, parameters);

    /// <inheritdoc cref="ResumeParameters"/>
    public Task<Reply<ResumeBody>> Resume(ResumeParameters parameters) => Run(table.Users.Resume, parameters);

    /// <summary>Logs out; the connection stays open, and somebody else may log in on it.</summary>
    public Task<Reply<Nothing>> Logout() => Run(table.Users.Logout);

    /// <inheritdoc cref="IUserGrain.AddSession"/>
    public Task<Reply<SessionRecord>> AddSession(AddSessionParameters parameters) => Run(table.Sessions.AddSession, parameters);

    /// <summary>All sessions by id, the caller's own last change included.</summary>
    public Task<Reply<IReadOnlyDictionary<SessionId, SessionRecord>>> GetSessions() => Run(table.Sessions.GetSessions);

    /// <inheritdoc cref="IUserGrain.GetSession"/>
    public Task<Reply<SessionRecord>> GetSessionInfo() => Run(table.Sessions.GetSessionInfo, new GetSessionParameters());

    /// <inheritdoc cref="IUserGrain.JoinSession"/>
    public Task<Reply<SessionRecord>> JoinSession(JoinSession parameters) => Run(table.Sessions.JoinSession, parameters);

    /// <inheritdoc cref="IUserGrain.LeaveSession"/>
    public Task<Reply<Nothing>> LeaveSession() => Run(table.Sessions.LeaveSession, new LeaveSession());

    /// <inheritdoc cref="IUserGrain.DeleteSession"/>
    public Task<Reply<Nothing>> DeleteSession(DeleteSession parameters) => Run(table.Sessions.DeleteSession, parameters);

    /// <inheritdoc cref="AddScenarioParameters"/>
    public Task<Reply<Nothing>> AddScenario(AddScenarioParameters parameters) => Run(table.Scenarios.AddScenario, parameters);

    /// <inheritdoc cref="IScenarioCatalogueGrain.List"/>
    public Task<Reply<IReadOnlyDictionary<string, ScenarioDefinition>>> GetScenarios() => Run(table.Scenarios.GetScenarios);

    /// <inheritdoc cref="ScenarioParameters"/>
    public Task<Reply<ScenarioDefinition>> GetScenarioInfo(ScenarioParameters parameters) => Run(table.Scenarios.GetScenarioInfo, parameters);

    /// <inheritdoc cref="IScenarioCatalogueGrain.Remove"/>
    public Task<Reply<Nothing>> RemoveScenario(RemoveScenario parameters) => Run(table.Scenarios.RemoveScenario, parameters);

    /// <inheritdoc cref="ScenarioInstanceParameters"/>
    public Task<Reply<ScenarioInstanceRecord>> GetScenarioInstanceInfo(ScenarioInstanceParameters parameters) =>
        Run(table.Timeline.GetScenarioInstanceInfo, parameters);

    /// <inheritdoc cref="ScenarioControl.Start"/>
    public Task<Reply<Nothing>> StartScenario(TimelineParameters parameters) => Run(table.Timeline.StartScenario, parameters);

    /// <inheritdoc cref="ScenarioControl.Restart"/>
    public Task<Reply<Nothing>> RestartScenario(TimelineParameters parameters) => Run(table.Timeline.RestartScenario, parameters);

    /// <inheritdoc cref="ScenarioControl.Stop"/>
    public Task<Reply<Nothing>> StopScenario(TimelineParameters parameters) => Run(table.Timeline.StopScenario, parameters);

    /// <inheritdoc cref="ScenarioControl.Pause"/>
    public Task<Reply<Nothing>> PauseScenario(TimelineParameters parameters) => Run(table.Timeline.PauseScenario, parameters);

    /// <inheritdoc cref="ScenarioControl.Resume"/>
    public Task<Reply<Nothing>> ResumeScenario(TimelineParameters parameters) => Run(table.Timeline.ResumeScenario, parameters);

    /// <inheritdoc cref="ScenarioControl.Seek"/>
    public Task<Reply<Nothing>> SeekScenario(SeekParameters parameters) => Run(table.Timeline.SeekScenario, parameters);

    /// <inheritdoc cref="ScenarioControl.SetRate"/>
    public Task<Reply<Nothing>> SetScenarioRate(RateParameters parameters) => Run(table.Timeline.SetScenarioRate, parameters);

    /// <inheritdoc cref="MessageToAllParameters"/>
    public Task<Reply<Nothing>> SendMessageToAll(MessageToAllParameters parameters) => Run(table.Traffic.SendMessageToAll, parameters);

    /// <inheritdoc cref="MessageParameters"/>
    public Task<Reply<Nothing>> SendMessage(MessageParameters parameters) => Run(table.Traffic.SendMessage, parameters);

    /// <inheritdoc cref="SceneEventParameters"/>
    public Task<Reply<Nothing>> SendSceneEventToMaster(SceneEventParameters parameters) => Run(table.Traffic.SendSceneEventToMaster, parameters);

    /// <inheritdoc cref="UserEventParameters"/>
    public Task<Reply<Nothing>> SendSceneEventToUser(UserEventParameters parameters) => Run(table.Traffic.SendSceneEventToUser, parameters);

    /// <inheritdoc cref="MasterEventParameters"/>
    public Task<Reply<Nothing>> SendSceneEventToAllUsers(MasterEventParameters parameters) =>
        Run(table.Traffic.SendSceneEventToAllUsers, parameters);

    /// <inheritdoc cref="DirectEventParameters"/>
    public Task<Reply<Nothing>> SendSceneEventToUserDirect(DirectEventParameters parameters) =>
        Run(table.Traffic.SendSceneEventToUserDirect, parameters);

    /// <inheritdoc cref="SceneEventParameters"/>
    public Task<Reply<Nothing>> SendSceneEventToAllUsersDirect(SceneEventParameters parameters) =>
        Run(table.Traffic.SendSceneEventToAllUsersDirect, parameters);

    /// <summary>Answers a call that could not be bound; see <see cref="StrictHubProtocol"/>.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "The hub finds instance methods only.")]
    public Reply<Nothing> Refuse(RefusalCode code, string sentence) => Replies.Of<Nothing>(new Refusal(code, sentence));

    public override Task OnDisconnectedAsync(Exception? exception) => closer.Closed(Connection);

    private Task<Reply<TBody>> Run<TBody>(Command<NoParameters, TBody> command) => Run(command, NoParameters.Instance);

    private Task<Reply<TBody>> Run<TParameters, TBody>(Command<TParameters, TBody> command, TParameters parameters) =>
        runner.Run(command, CommandContext.Of(Connection, Context.ConnectionAborted), parameters);
}
