namespace Orchestrator.Api;

/// <summary>Every command, by name. Wires bind to it and translate shapes; rules are not theirs.</summary>
public sealed class CommandTable(
    UserCommands users, SessionCommands sessions, TrafficCommands traffic, SystemCommands system, UserListCommands userList, UserDataCommands userData, RoomCommands rooms, AccountCommands accounts, ClockCommands clock, AdministrationCommands administration, DataStreamCommands streams, ScenarioCommands scenarios, TimelineCommands timeline)
{
    public UserCommands Users => users;

    public SessionCommands Sessions => sessions;

    public TrafficCommands Traffic => traffic;

    public DataStreamCommands DataStreams => streams;

    public SystemCommands System => system;

    public UserListCommands UserList => userList;

    public UserDataCommands UserData => userData;

    public RoomCommands Rooms => rooms;

    public AccountCommands Accounts => accounts;

    public ClockCommands Clock => clock;

    public AdministrationCommands Administration => administration;

    public ScenarioCommands Scenarios => scenarios;

    public TimelineCommands Timeline => timeline;

    /// <summary>All of them, in the order of the documentation.</summary>
    public IReadOnlyList<Command> All { get; } =
    [
        system.GetOrchestratorVersion,
        users.Login,
        users.Resume,
        users.Logout,
        userList.GetUsers,
        userList.GetUserInfo,
        userData.GetUserData,
        userData.UpdateUserData,
        userData.UpdateUserDataArray,
        userData.UpdateUserDataJson,
        userData.ClearUserData,
        sessions.AddSession,
        sessions.GetSessions,
        sessions.GetSessionInfo,
        sessions.JoinSession,
        sessions.LeaveSession,
        sessions.DeleteSession,
        rooms.GetRooms,
        rooms.GetRoomInfo,
        rooms.JoinRoom,
        rooms.LeaveRoom,
        scenarios.AddScenario,
        scenarios.GetScenarios,
        scenarios.GetScenarioInfo,
        scenarios.RemoveScenario,
        timeline.GetScenarioInstanceInfo,
        timeline.StartScenario,
        timeline.RestartScenario,
        timeline.StopScenario,
        timeline.PauseScenario,
        timeline.ResumeScenario,
        timeline.SeekScenario,
        timeline.SetScenarioRate,
        traffic.SendMessageToAll,
        traffic.SendMessage,
        traffic.SendSceneEventToMaster,
        traffic.SendSceneEventToUser,
        traffic.SendSceneEventToAllUsers,
        traffic.SendSceneEventToUserDirect,
        traffic.SendSceneEventToAllUsersDirect,
        accounts.AddUser,
        accounts.DeleteUser,
        clock.GetNTPTime,
        clock.ExchangeTime,
        administration.DumpData,
        administration.ResetOrchestrator,
        administration.TerminateOrchestrator,
        streams.DeclareDataStream,
        streams.RemoveDataStream,
        streams.RemoveAllDataStreams,
        streams.GetAvailableDataStreams,
        streams.RegisterForDataStream,
        streams.UnregisterFromDataStream,
        streams.UnregisterFromAllDataStreams,
        streams.GetRegisteredDataStreams,
        streams.SendData,
        streams.PushAudio,
        streams.GetPacketToken,
    ];
}
