namespace Orchestrator.Api;

/// <summary>Every command, by name. Wires bind to it and translate shapes; rules are not theirs.</summary>
public sealed class CommandTable(UserCommands users, SessionCommands sessions, TrafficCommands traffic, DataStreamCommands streams, SystemCommands system)
{
    public UserCommands Users => users;

    public SessionCommands Sessions => sessions;

    public TrafficCommands Traffic => traffic;

    public DataStreamCommands DataStreams => streams;

    public SystemCommands System => system;

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
        traffic.SendMessageToAll,
        traffic.SendMessage,
        traffic.SendSceneEventToMaster,
        traffic.SendSceneEventToUser,
        traffic.SendSceneEventToAllUsers,
        traffic.SendSceneEventToUserDirect,
        traffic.SendSceneEventToAllUsersDirect,
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
    ];
}
