namespace Orchestrator.Api;

/// <summary>Every command, by name. Wires bind to it and translate shapes; rules are not theirs.</summary>
public sealed class CommandTable(UserCommands users, SessionCommands sessions, TrafficCommands traffic, SystemCommands system, ScenarioCommands scenarios, TimelineCommands timeline)
{
    public UserCommands Users => users;

    public SessionCommands Sessions => sessions;

    public TrafficCommands Traffic => traffic;

    public SystemCommands System => system;

    public ScenarioCommands Scenarios => scenarios;

    public TimelineCommands Timeline => timeline;

    /// <summary>All of them, in the order of the documentation.</summary>
    public IReadOnlyList<Command> All { get; } =
    [
        system.GetOrchestratorVersion,
        users.Login,
        users.Resume,
        users.Logout,
        sessions.AddSession,
        sessions.GetSessions,
        sessions.GetSessionInfo,
        sessions.JoinSession,
        sessions.LeaveSession,
        sessions.DeleteSession,
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
    ];
}
