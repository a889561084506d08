namespace Orchestrator.Tests;

/// <summary>Whom and what parameters can name in the cells of the table of rights.</summary>
/// <param name="SessionId">Has a room "room".</param>
/// <param name="MemberId">A member of it that is neither its master nor its administrator.</param>
public sealed record Ground(string SessionId, string MemberId);

/// <summary>For every command parameters that are right, so that what refuses it is the right to it. A command that is not here fails the tests of the rights.</summary>
public static class ValidParameters
{
    public static IReadOnlyDictionary<string, Func<Ground, object?>> Table { get; } = new Dictionary<string, Func<Ground, object?>>(StringComparer.Ordinal)
    {
        ["GetOrchestratorVersion"] = static _ => null,
        ["Login"] = static _ => new { userName = "somebody" },
        ["Resume"] = static _ => new { token = "none" },
        ["Logout"] = static _ => null,
        ["AddSession"] = static _ => Sessions.Named("another one"),
        ["GetSessions"] = static _ => null,
        ["GetSessionInfo"] = static _ => null,
        ["JoinSession"] = static g => new { sessionId = g.SessionId },
        ["LeaveSession"] = static _ => null,
        ["DeleteSession"] = static g => new { sessionId = g.SessionId },
        ["SendMessageToAll"] = static _ => new { message = "x" },
        ["SendMessage"] = static g => new { userId = g.MemberId, message = "x" },
        ["SendSceneEventToMaster"] = static _ => new { @event = "x" },
        ["SendSceneEventToUser"] = static g => new { userId = g.MemberId, @event = "x" },
        ["SendSceneEventToAllUsers"] = static _ => new { @event = "x" },
        ["SendSceneEventToUserDirect"] = static g => new { userId = g.MemberId, @event = "x" },
        ["SendSceneEventToAllUsersDirect"] = static _ => new { @event = "x" },

        ["GetUsers"] = static _ => null,
        ["GetUserInfo"] = static _ => new { },
        ["GetUserData"] = static _ => new { },
        ["UpdateUserData"] = static _ => new { userDataKey = "k", userDataValue = 1 },
        ["UpdateUserDataArray"] = static _ => new { userDataArray = new { k = 1 } },
        ["UpdateUserDataJson"] = static _ => new { userDataJson = new { k = 1 } },
        ["ClearUserData"] = static _ => new { },

        ["GetRooms"] = static _ => null,
        ["GetRoomInfo"] = static _ => null,
        ["JoinRoom"] = static _ => new { roomId = "room" },
        ["LeaveRoom"] = static _ => new { },

        ["AddScenario"] = static _ => new { scenarioId = "of the rights" },
        ["GetScenarios"] = static _ => null,
        ["GetScenarioInfo"] = static _ => new { scenarioId = "none" },
        ["RemoveScenario"] = static _ => new { scenarioId = "none" },
        ["GetScenarioInstanceInfo"] = static _ => new { },
        ["StartScenario"] = static _ => new { },
        ["RestartScenario"] = static _ => new { },
        ["StopScenario"] = static _ => new { },
        ["PauseScenario"] = static _ => new { },
        ["ResumeScenario"] = static _ => new { },
        ["SeekScenario"] = static _ => new { positionMs = 0 },
        ["SetScenarioRate"] = static _ => new { rate = 1 },

        ["DeclareDataStream"] = static _ => new { kind = "k" },
        ["RemoveDataStream"] = static _ => new { kind = "k" },
        ["RemoveAllDataStreams"] = static _ => null,
        ["GetAvailableDataStreams"] = static g => new { dataStreamUserId = g.MemberId },
        ["RegisterForDataStream"] = static g => new { userId = g.MemberId, kind = "k" },
        ["UnregisterFromDataStream"] = static g => new { userId = g.MemberId, kind = "k" },
        ["UnregisterFromAllDataStreams"] = static _ => null,
        ["GetRegisteredDataStreams"] = static _ => null,
        ["SendData"] = static _ => new { kind = "k", data = "x" },
        ["PushAudio"] = static _ => new { audioData = "x" },
        ["GetPacketToken"] = static _ => null,

        ["AddUser"] = static _ => new { userName = Names.New(), userPassword = Names.Password },
        ["DeleteUser"] = static _ => new { },
        ["GetNTPTime"] = static _ => null,
        ["ExchangeTime"] = static _ => new { clientSendMs = 1.5 },
        ["DumpData"] = static _ => null,
        ["ResetOrchestrator"] = static _ => null,
        ["TerminateOrchestrator"] = static _ => null,
    };
}
