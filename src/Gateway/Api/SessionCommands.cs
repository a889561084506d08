using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Reads one session; without an id, the one the caller is in, else the oldest it administers.</summary>
public sealed record GetSessionParameters(SessionId? SessionId = null);

/// <summary>Creates a session with the caller in it, with a scenario of its own or one of the catalogue.</summary>
/// <param name="ScenarioDefinition">Without rooms and events, those of the catalogue's scenario of this id are taken, if there is one.</param>
/// <param name="ScenarioId">Instead of a definition: a scenario of the catalogue.</param>
public sealed record AddSessionParameters(
    string SessionName,
    ScenarioDefinition? ScenarioDefinition = null,
    string? ScenarioId = null,
    string? SessionDescription = null,
    string? SessionProtocol = null,
    bool CanBeMaster = true,
    string? Key = null);

/// <summary>Commands about sessions and membership.</summary>
public sealed class SessionCommands
{
    private readonly IGrainFactory _grains;
    private readonly SessionEntrance _entrance;
    private readonly SessionListReplica _list;
    private readonly ScenarioSource _scenarios;

    public SessionCommands(IGrainFactory grains, SessionEntrance entrance, SessionListReplica list, ScenarioSource scenarios)
    {
        (_grains, _entrance, _list, _scenarios) = (grains, entrance, list, scenarios);
        AddSession = new("AddSession", Add, Validate);
        JoinSession = new("JoinSession", Join, static (p, limits) => Validation.Key(p.Key, limits));
        LeaveSession = new("LeaveSession", Leave, static (p, limits) => Validation.Key(p.Key, limits));
        DeleteSession = new("DeleteSession", Delete, static (p, limits) => Validation.Key(p.Key, limits));
        GetSessions = new("GetSessions", List);
        GetSessionInfo = new("GetSessionInfo", Get);
    }

    public Command<AddSessionParameters, SessionRecord> AddSession { get; }

    public Command<JoinSession, SessionRecord> JoinSession { get; }

    public Command<LeaveSession, Nothing> LeaveSession { get; }

    public Command<DeleteSession, Nothing> DeleteSession { get; }

    public Command<NoParameters, Encoded<IReadOnlyDictionary<SessionId, SessionRecord>>> GetSessions { get; }

    public Command<GetSessionParameters, SessionRecord> GetSessionInfo { get; }

    private static void Validate(AddSessionParameters parameters, Limits limits)
    {
        Validation.Name(parameters.SessionName, "sessionName", limits);
        ScenarioSource.Validate(parameters.ScenarioDefinition, parameters.ScenarioId, limits);
        Validation.Length(parameters.SessionDescription, "sessionDescription", limits.DescriptionLengthMax);
        Validation.Length(parameters.SessionProtocol, "sessionProtocol", limits.NameLengthMax);
        Validation.Key(parameters.Key, limits);
    }

    private async Task<Answer<SessionRecord>> Add(CommandContext context, AddSessionParameters parameters)
    {
        var scenario = await _scenarios.Find(parameters.ScenarioDefinition, parameters.ScenarioId);
        var command = new AddSession(
            parameters.SessionName, scenario, parameters.SessionDescription, parameters.SessionProtocol, parameters.CanBeMaster, parameters.Key);
        return await Enter(context, await User(context).AddSession(context.User, command), parameters.Key);
    }

    private async Task<Answer<SessionRecord>> Join(CommandContext context, JoinSession parameters) =>
        await Enter(context, await User(context).JoinSession(context.User, parameters), parameters.Key);

    private async Task<Answer<SessionRecord>> Enter(CommandContext context, SessionEntered entered, string? key)
    {
        SessionEntered session;
        try
        {
            session = await _entrance.Enter(context.Socket, entered);
        }
        catch (Exception e)
        {
            // A member that hears nothing is none. With a key the repeat enters once more; without one it would be refused as a second join, so this one is undone.
            await (key is null ? User(context).LeaveSession(context.User, new LeaveSession()) : Task.CompletedTask);
            throw Refusal.Temporary($"The session could not be followed ({e.Message}); try again.");
        }

        context.Socket.LastChange = new ListPlace<SessionId>(session.Session.SessionId, session.At);
        context.Socket.LastUserChange = new(context.User.User, entered.UserAt);
        return new(session.Session, Place.Of(session.Session.SessionId.Value, session.At));
    }

    private async Task<Answer<Nothing>> Leave(CommandContext context, LeaveSession parameters)
    {
        var left = await _entrance.Leave(context.Socket, () => User(context).LeaveSession(context.User, parameters));
        // A session that closed under the user has no place any more, and its end was not this caller's change.
        context.Socket.LastChange = left.At == default ? null : new ListPlace<SessionId>(left.Session, left.At);
        context.Socket.LastUserChange = new(context.User.User, left.UserAt);
        return new(new Nothing(), left.At == default ? null : Place.Of(left.Session.Value, left.At));
    }

    private async Task<Answer<Nothing>> Delete(CommandContext context, DeleteSession parameters)
    {
        await User(context).DeleteSession(context.User, parameters);
        if (context.Connection is { } connection)
        {
            connection.LastChange = new ListPlace<SessionId>(parameters.SessionId, null);
        }

        return Nothing.Answer;
    }

    private async Task<Answer<Encoded<IReadOnlyDictionary<SessionId, SessionRecord>>>> List(CommandContext context, NoParameters parameters)
    {
        var sessions = await _list.Read(context.Connection?.LastChange, context.CancellationToken);
        if (context.Connection is { } connection)
        {
            // Seen; the list never goes back.
            connection.LastChange = null;
        }

        return new(sessions);
    }

    private async Task<Answer<SessionRecord>> Get(CommandContext context, GetSessionParameters parameters)
    {
        var snapshot = (parameters.SessionId ?? context.Connection?.Session) is { } session
            ? await _grains.GetGrain<ISessionGrain>(session.Value).Get(context.User)
            : await User(context).GetSession(context.User);
        return new(snapshot.Session, Place.Of(snapshot.Session.SessionId.Value, snapshot.At));
    }

    private IUserGrain User(CommandContext context) => _grains.GetGrain<IUserGrain>(context.User.User.Value);
}
