using System.Collections.Frozen;
using Orchestrator.Api;
using Orchestrator.DataStreams;
using Orchestrator.Rooms;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.VrTogether;

/// <summary>The requests of both versions, each bound to its command: how it reads what came, and how it says its body.</summary>
internal sealed class Requests
{
    private readonly FrozenDictionary<string, Request> _byName;

    public Requests(CommandTable table, ListShapes lists) =>
        _byName = Commands(table, lists).Concat(OfVersionOne(table, lists)).Concat(Packets(table)).Concat(Administration(table))
            .ToFrozenDictionary(static r => r.Name, StringComparer.Ordinal);

    /// <summary>The names that clients may use.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>Null: there is no such request.</summary>
    public Request? Find(string name) => _byName.GetValueOrDefault(name);

    private static IEnumerable<Request> Commands(CommandTable table, ListShapes lists) =>
    [
        Command(table.Users.Login, static (b, v) => new LoginShape(b.UserId, b.Session is { } session ? SessionShape.Of(session, v) : null)),
        Plain(table.Users.Logout, NoBody),
        Command(table.Sessions.AddSession, ReadAddSession, static (b, v) => SessionShape.Of(b, v)),
        Plain(table.Sessions.GetSessions, lists.Sessions),
        Plain(table.Sessions.GetSessionInfo, static (b, v) => SessionShape.Of(b, v), new GetSessionParameters()),
        Command(table.Sessions.JoinSession, ReadJoinSession, static (b, v) => SessionShape.Of(b, v)),
        Plain(table.Sessions.LeaveSession, NoBody, new LeaveSession()),
        Command(table.Sessions.DeleteSession, NoBody),
        Command(table.Traffic.SendMessageToAll, static (a, _) => new(a.Opaque("message"), a.Value<string>("key")), NoBody),
        Command(table.Traffic.SendMessage, static (a, _) => new(a.Demanded<UserId>("userId"), a.Opaque("message"), a.Value<string>("key")), NoBody),
        Command(table.UserData.GetUserData, AsItIs),
        Command(table.UserData.UpdateUserDataJson, AsItIs),
        Plain(table.System.GetOrchestratorVersion, AsItIs),
        Plain(table.Clock.GetNTPTime, AsItIs),
        Plain(table.Administration.DumpData, static (b, _) => DumpShape.Of(b)),
    ];

    private static IEnumerable<Request> OfVersionOne(CommandTable table, ListShapes lists) =>
    [
        Command(table.Accounts.AddUser, static (b, _) => UserShape.Of(b)),
        Command(table.Accounts.DeleteUser, NoBody),
        Plain(table.UserList.GetUsers, (b, _) => lists.Users(b)),
        Command(table.UserList.GetUserInfo, static (b, _) => UserShape.Of(b)),
        Command(table.UserData.UpdateUserData, AsItIs),
        Command(table.UserData.UpdateUserDataArray, AsItIs),
        Plain(table.UserData.ClearUserData, AsItIs, new ClearUserDataParameters()),
        Command(table.Scenarios.AddScenario, NoBody),
        Plain(table.Scenarios.GetScenarios, static (b, _) => b.ToDictionary(static s => s.Key, static s => ScenarioShape.Of(s.Value), StringComparer.Ordinal)),
        Command(table.Scenarios.GetScenarioInfo, static (b, _) => ScenarioShape.Of(b)),
        Command(table.Timeline.GetScenarioInstanceInfo, static (b, _) => ScenarioInstanceShape.Of(b)),
        Plain(table.Timeline.StartScenario, NoBody, new TimelineParameters()),
        Plain(table.Timeline.RestartScenario, NoBody, new TimelineParameters()),
        Plain(table.Timeline.StopScenario, NoBody, new TimelineParameters()),
        Plain(table.Rooms.GetRooms, AsItIs),
        Plain(table.Rooms.GetRoomInfo, AsItIs),
        Command(table.Rooms.JoinRoom, NoBody),
        Plain(table.Rooms.LeaveRoom, NoBody, new LeaveRoom()),
        Command(table.DataStreams.GetAvailableDataStreams, AsItIs),
        Plain(table.DataStreams.GetRegisteredDataStreams, AsItIs),
        // Until there are routers no session needs a unit, and no presenter is configured; what the table decides of these two is whether the caller is in a session.
        Bodiless("GetSfuData", table.DataStreams.GetRegisteredDataStreams, SfuData.None),
        Bodiless("GetLivePresenterData", table.DataStreams.GetRegisteredDataStreams, LivePresenterData.None),
    ];

    private static IEnumerable<Request> Packets(CommandTable table) =>
    [
        Packet(table.Traffic.SendSceneEventToMaster, static a => new(a.Opaque(0)), NoBody),
        Packet(table.Traffic.SendSceneEventToUser, static a => new(a.Value<UserId?>(0, "userId"), a.Opaque(1), a.Value<long?>(2, "masterEpoch")), NoBody),
        Packet(table.Traffic.SendSceneEventToAllUsers, static a => new(a.Opaque(0), a.Value<long?>(1, "masterEpoch")), NoBody),
        Packet(table.Traffic.SendSceneEventToUserDirect, static a => new(a.Value<UserId?>(0, "userId"), a.Opaque(1)), NoBody),
        Packet(table.Traffic.SendSceneEventToAllUsersDirect, static a => new(a.Opaque(0)), NoBody),
        Packet(table.DataStreams.DeclareDataStream, ReadDeclaration, AsItIs),
        Packet(table.DataStreams.RemoveDataStream, static a => new(a.Value<string>(0, "kind")), AsItIs),
        Packet(table.DataStreams.RemoveAllDataStreams, static _ => NoParameters.Instance, AsItIs),
        Packet(table.DataStreams.RegisterForDataStream, ReadStream, AsItIs),
        Packet(table.DataStreams.UnregisterFromDataStream, ReadStream, AsItIs),
        Packet(table.DataStreams.UnregisterFromAllDataStreams, static _ => NoParameters.Instance, AsItIs),
        Packet(table.DataStreams.SendData, static a => new(a.Value<string>(0, "kind"), a.Opaque(1)), NoBody),
        Packet(table.DataStreams.PushAudio, static a => new(a.Opaque(0)), NoBody),
    ];

    private static IEnumerable<Request> Administration(CommandTable table) =>
        new[] { table.Administration.ResetOrchestrator, table.Administration.TerminateOrchestrator }.Select(static command => new Request<NoParameters, Nothing>(
            command.Name, command, new(RequestKind.Administration, static (a, _) => ReadNothing(a), NoBody)));

    private static Request<TParameters, TBody> Command<TParameters, TBody>(
        Command<TParameters, TBody> command, Func<Arguments, VrTogetherVersion, TParameters> read, Func<TBody, VrTogetherVersion, object?> body) =>
        new(command.Name, command, new(RequestKind.Command, read, body));

    private static Request<TParameters, TBody> Command<TParameters, TBody>(Command<TParameters, TBody> command, Func<TBody, VrTogetherVersion, object?> body) =>
        Command(command, static (a, _) => a.Object<TParameters>(), body);

    /// <summary>A command whose object may be left out.</summary>
    private static Request<TParameters, TBody> Plain<TParameters, TBody>(
        Command<TParameters, TBody> command, Func<TBody, VrTogetherVersion, object?> body, TParameters nothing) =>
        Command(command, (a, _) => ObjectOr(nothing, a), body);

    private static Request<NoParameters, TBody> Plain<TBody>(Command<NoParameters, TBody> command, Func<TBody, VrTogetherVersion, object?> body) =>
        Plain(command, body, NoParameters.Instance);

    /// <summary>A command of this wire alone, which says always the same to who may give another one.</summary>
    private static Request<NoParameters, TBody> Bodiless<TBody>(string name, Command<NoParameters, TBody> command, object always) =>
        new(name, command, new(RequestKind.Command, static (a, _) => ObjectOr(NoParameters.Instance, a), (_, _) => always));

    private static Request<TParameters, TBody> Packet<TParameters, TBody>(
        Command<TParameters, TBody> command, Func<Arguments, TParameters> read, Func<TBody, VrTogetherVersion, object?> body) =>
        new(command.Name, command, new(RequestKind.Packet, (a, _) => read(a), body));

    private static TParameters ObjectOr<TParameters>(TParameters nothing, Arguments arguments) => arguments.IsEmpty ? nothing : arguments.Object<TParameters>();

    private static object? NoBody(Nothing body, VrTogetherVersion version) => null;

    private static object? AsItIs<TBody>(TBody body, VrTogetherVersion version) => body;

    private static NoParameters ReadNothing(Arguments arguments) =>
        arguments.IsEmpty ? NoParameters.Instance : throw Refusal.BadRequest("This takes no parameters.");

    private static RegisterStreamParameters ReadStream(Arguments arguments) => new(arguments.Value<UserId?>(0, "userId"), arguments.Value<string>(1, "kind"));

    private static DeclareStreamParameters ReadDeclaration(Arguments arguments) => new(
        arguments.Value<string>(0, "kind"),
        arguments.Value<string>(1, "description"),
        arguments.Value<PacketPolicy>(2, "policy"),
        arguments.Value<int?>(3, "waitingMax"),
        arguments.Value<long?>(4, "bytesPerSecondMax"));

    /// <summary>A name that is no text is what version 2 could not create a session of; whatever else does not fit is refused as everywhere.</summary>
    private static AddSessionParameters ReadAddSession(Arguments arguments, VrTogetherVersion version) => arguments.IsObject && !arguments.IsText("sessionName")
        ? throw new Refusal(RefusalCode.SessionNotCreated, "The session has no name.")
        : arguments.Object<AddSessionParameters>();

    /// <summary>Who does not say whether it may be master may be in version 2, and may not be in version 1.</summary>
    private static JoinSession ReadJoinSession(Arguments arguments, VrTogetherVersion version)
    {
        var command = arguments.Object<JoinSession>();
        return version == VrTogetherVersion.One && !arguments.Has("canBeMaster") ? command with { CanBeMaster = false } : command;
    }
}
