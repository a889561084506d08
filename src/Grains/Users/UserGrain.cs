using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>
/// The shell of <see cref="User"/>. Unlike the other shells it is not reentrant: its commands look at the user, wait for a session below, and then record what
/// the session said, so two of them must not interleave. They are the user's own commands, of which few are under way.
/// </summary>
public sealed partial class UserGrain : Grain, IUserGrain
{
    private static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMilliseconds(500);

    private readonly User _user;
    private readonly Source _source;
    private readonly Committer<UserState> _commit;
    private readonly IGatewayWatch _watch;
    private readonly IIdSource _ids;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Reporter _reporter;
    private IGrainTimer? _expiry;
    private long _changes;

    public UserGrain(
        [PersistentState("user")] IPersistentState<Stored<UserState>> store, Limits limits, IGatewayWatch watch, TimeProvider time, IIdSource ids, ILogger<UserGrain> log)
    {
        _watch = watch;
        _ids = ids;
        _time = time;
        _log = log;
        _user = new User(limits);
        _source = new Source(SourceId.Of(Id), limits.SourceLogBytesMax, watch);
        _commit = new(store, new(() => _user.Stored, _source, Published, DeactivateOnIdle, limits, time, log));
        _reporter = new Reporter(() => Directory.Report(Listed()), time, log);
    }

    private UserId Id => new(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _user.Restore(stored, connection => _watch.IsThere(connection.Gateway), _time.GetUtcNow());
            foreach (var gateway in _user.Gateways)
            {
                _watch.Heard(SourceId.Of(Id), gateway);
            }

            WatchForExpiry();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await _reporter.End(cancellationToken);
        }
        finally
        {
            await _commit.End(cancellationToken);
        }
    }

    public async Task<UserEntered> Login(Caller caller, Login command)
    {
        Live(() => [.. _user.Login(caller.Device, command.Connection), .. _user.Identify(caller)]);
        return await Entered(caller);
    }

    public async Task<UserEntered> Resume(Caller caller, ConnectionId connection)
    {
        Live(() => [.. _user.Resume(caller.Device, connection), .. _user.Identify(caller)]);
        return await Entered(caller);
    }

    public async Task Disconnected(DeviceId device, ConnectionId connection)
    {
        Live(() => _user.Lose(device, connection, _time.GetUtcNow()));
        await TellIfAway();
    }

    public async Task Logout(DeviceId device)
    {
        Live(() => _user.Logout(device));
        if (!_user.IsForgotten)
        {
            await TellIfAway();
            return;
        }

        await EndInSessions();
    }

    private async Task EndInSessions()
    {
        // If a session does not answer, the timer tells it later that the user is away.
        WatchForExpiry();
        await TellSessions(session => session.LoggedOut(Id));
        Forget();
    }

    public async Task<SessionEntered> AddSession(Caller caller, AddSession command)
    {
        var key = CommandKeys.Of(caller, command.Key);
        if (_commit.TryRecall<SessionId>(key, out var first))
        {
            return await Again(caller, first);
        }

        // The same key opens the same session, also when this activation has not seen the first reply.
        var id = new SessionId(command.Key is null ? _ids.Next() : KeyedIds.Of(Id, command.Key));
        if (_user.State.Session != id)
        {
            await DemandNoOtherSession(id);
            _user.DemandRoomForASession();
        }

        var shown = Shown;
        var entered = await Session(id).Open(caller, command, shown);
        Enter(caller, key, id, () => [.. _user.Administer(id), .. _user.TakeUp(entered, caller.Device)]);
        return await Showing(entered, shown);
    }

    public async Task<SessionEntered> JoinSession(Caller caller, JoinSession command)
    {
        var key = CommandKeys.Of(caller, command.Key);
        if (_commit.TryRecall<SessionId>(key, out var first))
        {
            return await Again(caller, first);
        }

        if (_user.State.Session is { } current && current != command.SessionId && !await Session(command.SessionId).Exists())
        {
            // Asked only when the next check may refuse: which session there is counts before which one the user is in.
            throw new Refusal(RefusalCode.SessionNotFound, "The session was not found.");
        }

        await DemandNoOtherSession(command.SessionId);
        var shown = Shown;
        var entered = await Join(caller, command, shown);
        Enter(caller, key, command.SessionId, () => _user.TakeUp(entered, caller.Device));
        return await Showing(entered, shown);
    }

    public async Task<SessionLeft> LeaveSession(Caller caller, LeaveSession command)
    {
        var key = CommandKeys.Of(caller, command.Key);
        if (_commit.TryRecall<SessionLeft>(key, out var first))
        {
            return first;
        }

        if (_user.State.Session is not { } id)
        {
            throw new Refusal(RefusalCode.NotInSession, "The user is not in any session.");
        }

        SessionLeft left;
        try
        {
            left = await Session(id).Leave(caller, command);
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.NotInSession)
        {
            // It was closed under the user, who cannot know yet: leaving it is then already done.
            left = new SessionLeft(id, default);
        }

        return _commit.Live(key, () => _user.GiveUp(id), () => left with { UserAt = At });
    }

    public async Task DeleteSession(Caller caller, DeleteSession command)
    {
        var key = CommandKeys.Of(caller, command.Key);
        if (_commit.TryRecall<bool>(key, out _))
        {
            return;
        }

        try
        {
            await Session(command.SessionId).Delete(caller, command);
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.SessionNotFound && key is not null && _user.State.Administers.Contains(command.SessionId))
        {
            // A session that is over remembers no key: the first call of this one may have ended it, and its reply been lost.
        }

        _commit.Live(key, () => _user.GiveUpAdministration(command.SessionId), static () => true);
    }

    public async Task<SessionSnapshot> GetSession(Caller caller)
    {
        foreach (var id in _user.State.Session is { } current ? [current, .. _user.State.Administers] : _user.State.Administers)
        {
            try
            {
                return await Session(id).Get(caller);
            }
            catch (Refusal refusal) when (refusal.Code == RefusalCode.NotJoined)
            {
                // Closed meanwhile: the hint is stale.
                Live(() => [.. _user.GiveUp(id), .. _user.GiveUpAdministration(id)]);
            }
        }

        throw new Refusal(RefusalCode.NotJoined, "The user has not joined any session.");
    }

    public async Task FoundIn(SessionId session)
    {
        if (_user.State.Session is null && await Session(session).HasMember(Id))
        {
            Live(() => _user.TakeUp(session));
            WatchForExpiry();
        }
        else if (_user.State.Session is { } current && current != session && await Session(session).HasMember(Id))
        {
            _log.LogWarning("User {User} is in {Session} and leaves {Other}", Id, current, session);
            await Session(session).LoggedOut(Id);
            return;
        }

        await (_user.IsOnline ? Session(session).Returned(Id, Shown) : Session(session).WentAway(Id, At.Epoch));
        WatchForExpiry();
    }

    public Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after) => seat.User == Id
        ? Task.FromResult(_source.Subscribe(gateway, seat, after, () => new UserSnapshot(_user.State.Session)))
        : throw new Refusal(RefusalCode.NotAllowed, "A user is told to its own devices only.");

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));

    public async Task GatewayLost(string gateway)
    {
        _source.Lost(gateway);
        Live(() => _user.LoseAllOf(gateway, _time.GetUtcNow()));
        await TellIfAway();
    }

    private void Enter(Caller caller, CommandKey? key, SessionId session, Func<IReadOnlyList<Outgoing>> decide, [CallerMemberName] string command = "")
    {
        _commit.Live(key, () => [.. HeardFrom(caller), .. decide()], () => session, command);
        WatchForExpiry();
    }

    private async Task<SessionEntered> Join(Caller caller, JoinSession command, MemberData shown)
    {
        var session = Session(command.SessionId);
        try
        {
            return await session.Join(caller, command, shown);
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.AlreadyInThisSession && _user.State.Session != command.SessionId)
        {
            // An earlier command came as far as the session, and was lost here with its silo: this one ends it.
            return await EnteredBefore(caller, session);
        }
    }

    /// <summary>A repeated key: the session that it entered, as it is now. It is not entered a second time.</summary>
    private async Task<SessionEntered> Again(Caller caller, SessionId id)
    {
        try
        {
            return await EnteredBefore(caller, Session(id));
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.NotJoined)
        {
            throw new Refusal(RefusalCode.SessionNotFound, "The session that this key entered is over, or the user has left it.");
        }
    }

    private async Task<SessionEntered> EnteredBefore(Caller caller, ISessionGrain session)
    {
        var snapshot = await session.Get(caller);
        return new SessionEntered(snapshot.Session, snapshot.At, At);
    }

    private ISessionGrain Session(SessionId id) => GrainFactory.GetGrain<ISessionGrain>(id.Value);

    private void Live(Func<IReadOnlyList<Outgoing>> decide) => _commit.Live(null, decide, static () => true);

    /// <summary>The sessions learn that the user is here, and the user which of them still know it.</summary>
    private async Task<UserEntered> Entered(Caller caller)
    {
        WatchForExpiry();
        await TryLoadData(caller);
        foreach (var id in _user.Sessions.ToArray())
        {
            if (!await Session(id).Returned(Id, Shown))
            {
                Live(() => [.. _user.GiveUp(id), .. _user.GiveUpAdministration(id)]);
            }
        }

        return new UserEntered(_user.State.Session, At);
    }

    /// <summary>The pointer is a hint: it refuses only what the session that it names confirms.</summary>
    private async Task DemandNoOtherSession(SessionId wanted)
    {
        if (_user.State.Session is not { } current || current == wanted)
        {
            return;
        }

        if (await Session(current).HasMember(Id))
        {
            throw new Refusal(RefusalCode.AlreadyInSession, "The user is already in a session.");
        }

        Live(() => _user.GiveUp(current));
    }

    /// <summary>Told again at each chance, because a session may not have heard it the first time; for one that has, it is no news.</summary>
    private async Task TellIfAway()
    {
        WatchForExpiry();
        if (!_user.IsOnline)
        {
            await TellSessions(session => session.WentAway(Id, At.Epoch));
        }
    }

    private async Task TellSessions(Func<ISessionGrain, Task> news)
    {
        foreach (var id in _user.Sessions.ToArray())
        {
            await news(Session(id));
        }
    }

    private void WatchForExpiry()
    {
        if (_user.State.Devices.Values.Any(d => d.LostAt is not null) || _user.IsForgotten)
        {
            _expiry ??= this.RegisterGrainTimer(Expire, new GrainTimerCreationOptions(ExpiryPeriod, ExpiryPeriod) { KeepAlive = true });
            return;
        }

        _expiry?.Dispose();
        _expiry = null;
    }

    private async Task Expire(CancellationToken cancellationToken)
    {
        Live(() => _user.Expire(_time.GetUtcNow()));
        if (_user.IsForgotten)
        {
            // The sessions count the same grace period and let the user go by themselves, provided that they know.
            await TellIfAway();
            Forget();
        }

        WatchForExpiry();
    }

    private void Forget()
    {
        if (!_user.IsForgotten)
        {
            // A command that interleaved has brought a device back; it has its own grace period.
            return;
        }

        Live(() => [.. _user.Sessions.ToArray().SelectMany(id => (Outgoing[])[.. _user.GiveUp(id), .. _user.GiveUpAdministration(id)])]);
        DeactivateOnIdle();
    }
}
