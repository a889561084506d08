using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.SignalR;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Rooms;
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

    /// <summary>All users that are here, by id, the caller's own last change included.</summary>
    public Task<Reply<Encoded<IReadOnlyDictionary<UserId, UserRecord>>>> GetUsers() => Run(table.UserList.GetUsers);

    /// <inheritdoc cref="IUserGrain.GetRecord"/>
    public Task<Reply<UserRecord>> GetUserInfo(UserParameters parameters) => Run(table.UserList.GetUserInfo, parameters);

    /// <summary>All data of a user that is here; without an id, the caller's own.</summary>
    public Task<Reply<Payload>> GetUserData(UserParameters parameters) => Run(table.UserData.GetUserData, parameters);

    /// <inheritdoc cref="UserDataKeyParameters"/>
    public Task<Reply<Payload>> UpdateUserData(UserDataKeyParameters parameters) => Run(table.UserData.UpdateUserData, parameters);

    /// <inheritdoc cref="UserDataArrayParameters"/>
    public Task<Reply<Payload>> UpdateUserDataArray(UserDataArrayParameters parameters) => Run(table.UserData.UpdateUserDataArray, parameters);

    /// <inheritdoc cref="UserDataJsonParameters"/>
    public Task<Reply<Payload>> UpdateUserDataJson(UserDataJsonParameters parameters) => Run(table.UserData.UpdateUserDataJson, parameters);

    /// <inheritdoc cref="ClearUserDataParameters"/>
    public Task<Reply<Payload>> ClearUserData(ClearUserDataParameters parameters) => Run(table.UserData.ClearUserData, parameters);

    /// <inheritdoc cref="ISessionGrain.GetRooms"/>
    public Task<Reply<IReadOnlyDictionary<RoomId, RoomInstance>>> GetRooms() => Run(table.Rooms.GetRooms);

    /// <inheritdoc cref="ISessionGrain.GetRoom"/>
    public Task<Reply<RoomInstance>> GetRoomInfo() => Run(table.Rooms.GetRoomInfo);

    /// <inheritdoc cref="ISessionGrain.JoinRoom"/>
    public Task<Reply<Nothing>> JoinRoom(JoinRoom parameters) => Run(table.Rooms.JoinRoom, parameters);

    /// <inheritdoc cref="ISessionGrain.LeaveRoom"/>
    public Task<Reply<Nothing>> LeaveRoom(LeaveRoom parameters) => Run(table.Rooms.LeaveRoom, parameters);

    /// <inheritdoc cref="IUserGrain.AddSession"/>
    public Task<Reply<SessionRecord>> AddSession(AddSessionParameters parameters) => Run(table.Sessions.AddSession, parameters);

    /// <summary>All sessions by id, the caller's own last change included.</summary>
    public Task<Reply<Encoded<IReadOnlyDictionary<SessionId, SessionRecord>>>> GetSessions() => Run(table.Sessions.GetSessions);

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

    /// <inheritdoc cref="AddUserParameters"/>
    public Task<Reply<UserBody>> AddUser(AddUserParameters parameters) => Run(table.Accounts.AddUser, parameters);

    /// <inheritdoc cref="DeleteUserParameters"/>
    public Task<Reply<Nothing>> DeleteUser(DeleteUserParameters parameters) => Run(table.Accounts.DeleteUser, parameters);

    /// <summary>The time of the first source that answers. Before login too.</summary>
    public Task<Reply<NtpClock>> GetNTPTime() => Run(table.Clock.GetNTPTime);

    /// <inheritdoc cref="ExchangeTimeParameters"/>
    public Task<Reply<TimeExchange>> ExchangeTime(ExchangeTimeParameters parameters) => Run(table.Clock.ExchangeTime, parameters);

    /// <summary>All sessions and users. For administrators.</summary>
    public Task<Reply<DumpBody>> DumpData() => Run(table.Administration.DumpData);

    /// <summary>Closes every session and logs everybody out, the caller last. For administrators.</summary>
    public Task<Reply<Nothing>> ResetOrchestrator() => Run(table.Administration.ResetOrchestrator);

    /// <summary>Ends the process, after the reply. For administrators.</summary>
    public Task<Reply<Nothing>> TerminateOrchestrator() => Run(table.Administration.TerminateOrchestrator);

    /// <inheritdoc cref="ISessionStreams.DeclareDataStream"/>
    public Task<Reply<StreamStateBody>> DeclareDataStream(DeclareStreamParameters parameters) => Run(table.DataStreams.DeclareDataStream, parameters);

    /// <inheritdoc cref="ISessionStreams.RemoveDataStream"/>
    public Task<Reply<StreamStateBody>> RemoveDataStream(RemoveStreamParameters parameters) => Run(table.DataStreams.RemoveDataStream, parameters);

    /// <inheritdoc cref="ISessionStreams.RemoveAllDataStreams"/>
    public Task<Reply<StreamStateBody>> RemoveAllDataStreams() => Run(table.DataStreams.RemoveAllDataStreams);

    /// <inheritdoc cref="ISessionStreams.GetAvailableDataStreams"/>
    public Task<Reply<IReadOnlyDictionary<string, DeclaredStreamBody>>> GetAvailableDataStreams(AvailableStreamsParameters parameters) =>
        Run(table.DataStreams.GetAvailableDataStreams, parameters);

    /// <inheritdoc cref="ISessionStreams.RegisterForDataStream"/>
    public Task<Reply<StreamStateBody>> RegisterForDataStream(RegisterStreamParameters parameters) => Run(table.DataStreams.RegisterForDataStream, parameters);

    /// <inheritdoc cref="ISessionStreams.UnregisterFromDataStream"/>
    public Task<Reply<StreamStateBody>> UnregisterFromDataStream(RegisterStreamParameters parameters) =>
        Run(table.DataStreams.UnregisterFromDataStream, parameters);

    /// <inheritdoc cref="ISessionStreams.UnregisterFromAllDataStreams"/>
    public Task<Reply<StreamStateBody>> UnregisterFromAllDataStreams() => Run(table.DataStreams.UnregisterFromAllDataStreams);

    /// <summary>What the caller is registered for, by owner and kind.</summary>
    public Task<Reply<IReadOnlyDictionary<string, RegisteredStreamBody>>> GetRegisteredDataStreams() => Run(table.DataStreams.GetRegisteredDataStreams);

    /// <inheritdoc cref="IDataStreamGrain.Send"/>
    public Task<Reply<Nothing>> SendData(SendDataParameters parameters) => Run(table.DataStreams.SendData, parameters);

    /// <inheritdoc cref="ISessionStreams.PushAudio"/>
    public Task<Reply<Nothing>> PushAudio(PushAudioParameters parameters) => Run(table.DataStreams.PushAudio, parameters);

    /// <inheritdoc cref="PacketTokenBody"/>
    public Task<Reply<PacketTokenBody>> GetPacketToken() => Run(table.DataStreams.GetPacketToken);

    /// <summary>Answers a call that could not be bound; see <see cref="StrictHubProtocol"/>.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "The hub finds instance methods only.")]
    public Reply<Nothing> Refuse(RefusalCode code, string sentence) => Replies.Of<Nothing>(new Refusal(code, sentence));

    public override Task OnDisconnectedAsync(Exception? exception) => closer.Closed(Connection);

    private Task<Reply<TBody>> Run<TBody>(Command<NoParameters, TBody> command) => Run(command, NoParameters.Instance);

    private Task<Reply<TBody>> Run<TParameters, TBody>(Command<TParameters, TBody> command, TParameters parameters) =>
        runner.Run(command, CommandContext.Of(Connection, Context.ConnectionAborted), parameters);
}
