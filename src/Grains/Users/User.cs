using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>The rules of a user: its devices, and where it is. It knows no engine, no clock and no store.</summary>
public sealed partial class User(Limits limits)
{
    public UserState State { get; private set; } = new();

    public bool IsOnline => State.Devices.Values.Any(d => d.Connection is not null);

    public bool IsForgotten => State.Devices.IsEmpty;

    /// <summary>What is worth a record: one to whom nobody can come back and who is nowhere needs none.</summary>
    public UserState? Stored => IsForgotten && State.Session is null && State.Administers.IsEmpty ? null : State;

    /// <summary>The gateways that its connections are at.</summary>
    public IEnumerable<string> Gateways => State.Devices.Values.Select(d => d.Connection?.Gateway).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>The sessions that must learn whether the user is there.</summary>
    public IEnumerable<SessionId> Sessions =>
        State.Session is { } session ? State.Administers.Append(session).Distinct() : State.Administers;

    /// <summary>The user as everybody may see it; null: it is not here.</summary>
    public UserRecord? Record(UserId id) => IsForgotten
        ? null
        : new UserRecord(
            id, State.Name, State.Role == Role.Administrator, State.Data ?? Payload.EmptyObject, IsOnline ? Presence.Online : Presence.Away, State.IsSessionOver ? null : State.Session);

    /// <summary>Takes up a stored user. Connections are there as long as their gateway is: it says when they are not.</summary>
    public void Restore(UserState state, Func<ConnectionId, bool> isThere, DateTimeOffset now) => State = state with
    {
        Devices = state.Devices.SetItems(state.Devices
            .Where(d => d.Value.Connection is not { } connection || !isThere(connection))
            .Select(d => KeyValuePair.Create(d.Key, new Device(null, now)))),
    };

    public IReadOnlyList<Outgoing> Login(DeviceId device, ConnectionId connection)
    {
        if (!State.Devices.ContainsKey(device) && State.Devices.Count >= limits.DevicesPerUserMax)
        {
            throw new Refusal(RefusalCode.LimitReached, $"A user has at most {limits.DevicesPerUserMax} devices.");
        }

        return Connect(device, connection);
    }

    public IReadOnlyList<Outgoing> Resume(DeviceId device, ConnectionId connection) => State.Devices.ContainsKey(device)
        ? Connect(device, connection)
        : throw new Refusal(RefusalCode.ResumeExpired, "The seat is gone; log in again.");

    /// <summary>News of a connection that the device no longer has changes nothing.</summary>
    public IReadOnlyList<Outgoing> Lose(DeviceId device, ConnectionId connection, DateTimeOffset now) =>
        State.Devices.GetValueOrDefault(device)?.Connection == connection
            ? Happened(Outgoing.Silent(new DeviceLost(device, now)))
            : [];

    /// <summary>A gateway was lost, and all connections at it.</summary>
    public IReadOnlyList<Outgoing> LoseAllOf(string gateway, DateTimeOffset now) => Happened([.. State.Devices
        .Where(d => d.Value.Connection?.Gateway == gateway)
        .Select(d => Outgoing.Silent(new DeviceLost(d.Key, now)))]);

    /// <summary>
    /// A command came from this device. If the user does not know it (it was given up while the command was on its way), it counts as lost from now on, so that what
    /// the command enters is left again unless somebody comes back for it.
    /// </summary>
    public IReadOnlyList<Outgoing> HeardOf(DeviceId device, DateTimeOffset now) =>
        State.Devices.ContainsKey(device) || State.Devices.Count >= limits.DevicesPerUserMax
            ? []
            : Happened(Outgoing.Silent(new DeviceLost(device, now)));

    public IReadOnlyList<Outgoing> Logout(DeviceId device) =>
        State.Devices.ContainsKey(device) ? Happened(Outgoing.Silent(new DeviceGone(device))) : [];

    /// <summary>Forgets the devices that have been lost for the grace period.</summary>
    public IReadOnlyList<Outgoing> Expire(DateTimeOffset now) => Happened([.. State.Devices
        .Where(d => d.Value.LostAt + limits.Grace <= now)
        .Select(d => Outgoing.Silent(new DeviceGone(d.Key)))]);

    public void DemandRoomForASession()
    {
        if (State.Administers.Count >= limits.SessionsPerUserMax)
        {
            throw new Refusal(RefusalCode.LimitReached, $"A user administers at most {limits.SessionsPerUserMax} sessions at a time.");
        }
    }

    public IReadOnlyList<Outgoing> TakeUp(SessionEntered entered, DeviceId device) => State.Session == entered.Session.SessionId
        ? []
        : Happened(new Outgoing(new SessionTakenUp(entered.Session.SessionId, entered.At), Audience.AllBut(device)));

    /// <summary>Takes up a session that knows this user though it does not know the session.</summary>
    public IReadOnlyList<Outgoing> TakeUp(SessionId session) => Happened(Outgoing.ToEveryone(new SessionTakenUp(session, default)));

    public IReadOnlyList<Outgoing> GiveUp(SessionId session) =>
        State.Session == session ? Happened(Outgoing.ToEveryone(new SessionGivenUp(session))) : [];

    /// <summary>News of a session that the user is not in any more changes nothing.</summary>
    public IReadOnlyList<Outgoing> ClosedUnder(SessionId session) =>
        State.Session == session && !State.IsSessionOver ? Happened(Outgoing.Silent(new SessionClosedUnder(session))) : [];

    public IReadOnlyList<Outgoing> Administer(SessionId session) =>
        State.Administers.Contains(session) ? [] : Happened(Outgoing.Silent(new AdministrationTaken(session)));

    public IReadOnlyList<Outgoing> GiveUpAdministration(SessionId session) =>
        State.Administers.Contains(session) ? Happened(Outgoing.Silent(new AdministrationGivenUp(session))) : [];

    /// <summary>Who the user is, as the gateway has authenticated it last.</summary>
    public IReadOnlyList<Outgoing> Identify(Caller caller) => State.Name == caller.UserName && State.Role == caller.Role
        ? []
        : Happened(Outgoing.Silent(new UserIdentified(caller.UserName, caller.Role)));

    public IReadOnlyList<Outgoing> ChangeData(ChangeUserData command) =>
        Happened(Outgoing.Silent(new UserDataChanged(UserData.Change(State.Data, command.Patch, limits), State.DataVersion + 1)));

    /// <summary>Takes over what is stored of an account's data; what is older than what is known is no news.</summary>
    public IReadOnlyList<Outgoing> TakeData(StoredUserData stored) =>
        stored.Version > State.DataVersion ? Happened(Outgoing.Silent(new UserDataChanged(stored.Data, stored.Version))) : [];

    private IReadOnlyList<Outgoing> Connect(DeviceId device, ConnectionId connection)
    {
        var former = State.Devices.GetValueOrDefault(device)?.Connection;
        if (former is { } newer && connection.OpenedAt < newer.OpenedAt)
        {
            throw new Refusal(RefusalCode.ResumeExpired, "The device has a newer connection.");
        }

        var connected = Outgoing.Silent(new DeviceConnected(device, connection));
        return former is { } old && old != connection
            ? Happened(connected, new Outgoing(new ConnectionSuperseded(old), Audience.OnlyDevices(device)))
            : Happened(connected);
    }

    private IReadOnlyList<Outgoing> Happened(params IReadOnlyList<Outgoing> happened)
    {
        foreach (var (@event, _) in happened)
        {
            State = Next(State, @event);
        }

        return happened;
    }

    private static UserState Next(UserState state, Event @event) => @event switch
    {
        DeviceConnected e => state with { Devices = state.Devices.SetItem(e.Device, new Device(e.Connection, null)) },
        DeviceLost e => state with { Devices = state.Devices.SetItem(e.Device, new Device(null, e.At)) },
        DeviceGone e => state with { Devices = state.Devices.Remove(e.Device) },
        SessionTakenUp e => state with { Session = e.Session, IsSessionOver = false },
        SessionGivenUp => state with { Session = null, IsSessionOver = false },
        SessionClosedUnder => state with { IsSessionOver = true },
        UserIdentified e => state with { Name = e.Name, Role = e.Role },
        UserDataChanged e => state with { Data = e.Data, DataVersion = e.Version },
        AdministrationTaken e => state with { Administers = state.Administers.Add(e.Session) },
        AdministrationGivenUp e => state with { Administers = state.Administers.Remove(e.Session) },
        _ => state,
    };
}
