using System.Collections.Frozen;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Who may give a command, wherever he is.</summary>
public enum Permission
{
    /// <summary>Everybody, before login too.</summary>
    Anyone,

    /// <summary>Whoever is logged in, as a guest too.</summary>
    LoggedIn,

    /// <summary>Whoever has an account.</summary>
    Account,

    /// <summary>Whoever administers the orchestrator.</summary>
    Administrator,
}

/// <summary>What the caller must be in a session. The session itself decides it; here it is said, and tests hold the two together.</summary>
public enum Standing
{
    /// <summary>Nothing: the command is about no session.</summary>
    Any,

    /// <summary>A member of the session.</summary>
    Member,

    /// <summary>The member that is the session's master.</summary>
    Master,

    /// <summary>The session's administrator.</summary>
    Administrator,

    /// <summary>The master, or the administrator, who need not be a member.</summary>
    Director,

    /// <summary>A member, or the administrator, who need not be one.</summary>
    Reader,
}

/// <summary>Who may give a command.</summary>
public sealed record Right(Permission Permission, Standing Standing = Standing.Any)
{
    /// <summary>For what only administrators may, whatever else belongs to the command.</summary>
    public static Right Administrators { get; } = new(Permission.Administrator);

    /// <summary>Refusals: <see cref="RefusalCode.NotLoggedIn"/>, <see cref="RefusalCode.NotAllowed"/>.</summary>
    public void Demand(CommandContext context)
    {
        if (Permission == Permission.Anyone)
        {
            return;
        }

        if (Permission == Permission.Administrator && context.Origin.IsTrusted)
        {
            return;
        }

        var caller = context.User;
        if (caller.Role < Least)
        {
            throw new Refusal(RefusalCode.NotAllowed, Permission == Permission.Account ? "This needs an account." : "This is for administrators.");
        }
    }

    private Role Least => Permission switch
    {
        Permission.Account => Role.User,
        Permission.Administrator => Role.Administrator,
        _ => Role.Guest,
    };
}

/// <summary>The one table of who may do what, by command. A command without a row cannot be made.</summary>
public static class Rights
{
    public static FrozenDictionary<string, Right> Table { get; } = new Dictionary<string, Right>(StringComparer.Ordinal)
    {
        ["GetOrchestratorVersion"] = new(Permission.Anyone),
        ["GetNTPTime"] = new(Permission.Anyone),
        ["ExchangeTime"] = new(Permission.Anyone),

        ["Login"] = new(Permission.Anyone),
        ["Resume"] = new(Permission.Anyone),
        ["Logout"] = new(Permission.LoggedIn),

        ["GetUsers"] = new(Permission.LoggedIn),
        ["GetUserInfo"] = new(Permission.LoggedIn),
        ["GetUserData"] = new(Permission.LoggedIn),
        ["UpdateUserData"] = new(Permission.LoggedIn),
        ["UpdateUserDataArray"] = new(Permission.LoggedIn),
        ["UpdateUserDataJson"] = new(Permission.LoggedIn),
        ["ClearUserData"] = new(Permission.LoggedIn),
        ["AddUser"] = new(Permission.Anyone),
        ["DeleteUser"] = new(Permission.Account),

        ["AddSession"] = new(Permission.LoggedIn),
        ["GetSessions"] = new(Permission.LoggedIn),
        ["GetSessionInfo"] = new(Permission.LoggedIn, Standing.Reader),
        ["JoinSession"] = new(Permission.LoggedIn),
        ["LeaveSession"] = new(Permission.LoggedIn, Standing.Member),
        ["DeleteSession"] = new(Permission.LoggedIn, Standing.Administrator),

        ["GetRooms"] = new(Permission.LoggedIn, Standing.Member),
        ["GetRoomInfo"] = new(Permission.LoggedIn, Standing.Member),
        ["JoinRoom"] = new(Permission.LoggedIn, Standing.Member),
        ["LeaveRoom"] = new(Permission.LoggedIn, Standing.Member),

        ["AddScenario"] = new(Permission.LoggedIn),
        ["GetScenarios"] = new(Permission.LoggedIn),
        ["GetScenarioInfo"] = new(Permission.LoggedIn),
        ["RemoveScenario"] = new(Permission.LoggedIn),
        ["GetScenarioInstanceInfo"] = new(Permission.LoggedIn, Standing.Reader),
        ["StartScenario"] = new(Permission.LoggedIn, Standing.Director),
        ["RestartScenario"] = new(Permission.LoggedIn, Standing.Director),
        ["StopScenario"] = new(Permission.LoggedIn, Standing.Director),
        ["PauseScenario"] = new(Permission.LoggedIn, Standing.Director),
        ["ResumeScenario"] = new(Permission.LoggedIn, Standing.Director),
        ["SeekScenario"] = new(Permission.LoggedIn, Standing.Director),
        ["SetScenarioRate"] = new(Permission.LoggedIn, Standing.Director),

        ["SendMessageToAll"] = new(Permission.LoggedIn, Standing.Member),
        ["SendMessage"] = new(Permission.LoggedIn, Standing.Member),
        ["SendSceneEventToMaster"] = new(Permission.LoggedIn, Standing.Member),
        ["SendSceneEventToUser"] = new(Permission.LoggedIn, Standing.Master),
        ["SendSceneEventToAllUsers"] = new(Permission.LoggedIn, Standing.Master),
        ["SendSceneEventToUserDirect"] = new(Permission.LoggedIn, Standing.Member),
        ["SendSceneEventToAllUsersDirect"] = new(Permission.LoggedIn, Standing.Member),

        ["DumpData"] = new(Permission.Administrator),
        ["ResetOrchestrator"] = new(Permission.Administrator),
        ["TerminateOrchestrator"] = new(Permission.Administrator),
        ["DeclareDataStream"] = new(Permission.LoggedIn, Standing.Member),
        ["RemoveDataStream"] = new(Permission.LoggedIn, Standing.Member),
        ["RemoveAllDataStreams"] = new(Permission.LoggedIn, Standing.Member),
        ["GetAvailableDataStreams"] = new(Permission.LoggedIn, Standing.Member),
        ["RegisterForDataStream"] = new(Permission.LoggedIn, Standing.Member),
        ["UnregisterFromDataStream"] = new(Permission.LoggedIn, Standing.Member),
        ["UnregisterFromAllDataStreams"] = new(Permission.LoggedIn, Standing.Member),
        ["GetRegisteredDataStreams"] = new(Permission.LoggedIn, Standing.Member),
        ["SendData"] = new(Permission.LoggedIn, Standing.Member),
        ["PushAudio"] = new(Permission.LoggedIn, Standing.Member),
        ["GetPacketToken"] = new(Permission.LoggedIn),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Right Of(string command) => Table.GetValueOrDefault(command) ?? throw new InvalidOperationException($"Nobody has a right to {command}: it has no row in the table of rights.");
}
