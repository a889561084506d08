using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>The shell of <see cref="Session"/>.</summary>
[Reentrant]
public sealed partial class SessionGrain : Grain, ISessionGrain
{
    private static readonly TimeSpan VacantFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AskPeriod = TimeSpan.FromSeconds(2);

    private readonly Session _session;
    private readonly Source _source;
    private readonly Committer<SessionState> _commit;
    private readonly Reporter _reporter;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly Dictionary<UserId, Position> _joinedAt = [];
    private readonly RollCall<UserId> _rollCall;
    private IGrainTimer? _expiry;
    private IGrainTimer? _waking;
    private DateTimeOffset? _returnBy;

    public SessionGrain(
        [PersistentState("session")] IPersistentState<Stored<SessionState>> store, Limits limits, IGatewayWatch watch, ISessionFeed feed, TimeProvider time, ILogger<SessionGrain> log)
    {
        (_time, _patience) = (time, limits.ScenarioReturn);
        _session = new Session(limits);
        _rollCall = new RollCall<UserId>(this, FindOut, AskPeriod, time);
        var feeder = feed.WriterFor(Id) is { } write ? new SessionFeeder(Id, write) : null;
        _source = new Source(SourceId.Of(Id), limits.SourceLogBytesMax, watch) { Published = feeder is null ? null : feeder.Published };
        _commit = new(store, new(() => _session.Stored, _source, Published, DeactivateOnIdle, limits, time, log));
        _reporter = new Reporter(() => Directory.Report(Listed()), time, log);
    }

    private SessionId Id => new(this.GetPrimaryKeyString());

    private ISessionDirectoryGrain Directory => GrainFactory.GetGrain<ISessionDirectoryGrain>(ISessionDirectoryGrain.Key);

    // Above this grain: called one way only.
    private IScenarioInstanceGrain ScenarioInstance => GrainFactory.GetGrain<IScenarioInstanceGrain>(Id.Value);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _session.Restore(stored, _time.GetUtcNow());
            _returnBy = _time.GetUtcNow() + _patience;
            foreach (var member in stored.Members.Keys)
            {
                _joinedAt[member] = _source.At;
            }

            _rollCall.Begin(stored.Members.Keys.Append(stored.Opening.Administrator));
            Watch();
            if (_session.HasTimeline)
            {
                _ = ScenarioInstance.Wake();
            }

            return;
        }

        // Asking for a session that does not exist must not fill the memory.
        this.RegisterGrainTimer(LeaveIfVacant, new GrainTimerCreationOptions(VacantFor, Timeout.InfiniteTimeSpan) { Interleave = true });
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

    // Remembered is only that it was done: the session as it is answers a repeat as well as the first call, and costs no room.
    public Task<SessionEntered> Open(Caller caller, AddSession command, MemberData? data = null)
    {
        _commit.Live(CommandKeys.Of(caller, command.Key), () => _session.Open(Id, caller, command, data), static () => true);
        return Kept(Entered());
    }

    public Task<SessionEntered> Join(Caller caller, JoinSession command, MemberData? data = null)
    {
        _commit.Live(CommandKeys.Of(caller, command.Key), () => _session.Join(caller, command, data), static () => true);
        return Kept(Entered());
    }

    public Task<SessionLeft> Leave(Caller caller, LeaveSession command) => Kept(_commit.Live(
        CommandKeys.Of(caller, command.Key),
        () => _session.Leave(caller),
        () => new SessionLeft(Id, _source.At)));

    public Task Delete(Caller caller, DeleteSession command) => Kept(_commit.Live(
        CommandKeys.Of(caller, command.Key),
        () => _session.Delete(caller),
        () => _source.At));

    public Task<bool> Exists() => Task.FromResult(_session.IsOpen);

    public Task<bool> IsMissingMembers() => Task.FromResult(
        _time.GetUtcNow() < _returnBy && _session.IsOpen && _session.State!.Members.Values.Any(m => m.AwaySince is not null || !_source.IsHeardBy(m.User)));

    public Task<bool> HasMember(UserId user) => Task.FromResult(_session.HasMember(user));

    public Task<SessionSnapshot> Get(Caller caller)
    {
        _session.DemandReader(caller.User);
        return Task.FromResult(Snapshot());
    }

    public Task<Position> SendMessage(Caller caller, SendMessage command) => KeptIfKeyed(command.Key, _commit.Live(
        CommandKeys.Of(caller, command.Key),
        () => _session.SendMessage(caller, command),
        () => _source.At,
        command.To is null ? "SendMessageToAll" : "SendMessage"));

    public Task<Position> SendSceneEvent(Caller caller, SendSceneEvent command) => Task.FromResult(_commit.Live(
        key: null,
        () => _session.SendSceneEvent(caller, command),
        () => _source.At));

    public Task DemandReader(UserId user)
    {
        _session.DemandReader(user);
        return Task.CompletedTask;
    }

    public Task DemandDirector(UserId user)
    {
        _session.DemandDirector(user);
        return Task.CompletedTask;
    }

    public Task<SessionScenario> GetScenario() => Task.FromResult(_session.Scenario);

    public Task<Position> PublishScenario(ImmutableArray<ScenarioNews> news) => Task.FromResult(Live(() => _session.TakeScenario(news)));

    public Task WentAway(UserId user, long epoch)
    {
        if (!_session.HasHeardOfLater(user, epoch))
        {
            _rollCall.Heard(user);
            Live(() => _session.WentAway(user, _time.GetUtcNow()));
        }

        return Task.CompletedTask;
    }

    public Task<bool> Returned(UserId user, MemberData? data = null)
    {
        _rollCall.Heard(user);
        Live(() => _session.Returned(user, _time.GetUtcNow(), data));
        return Task.FromResult(_session.Knows(user));
    }

    public Task LoggedOut(UserId user) => Task.FromResult(Live(() => _session.LoggedOut(user)));

    public Task Reset() => Task.FromResult(Live(_session.Reset));

    public Task Wake()
    {
        // Reading it has woken its users. One whose silo went while it entered has no seat here and does not know that it is in: nobody else would ever ask it.
        _rollCall.Ask(_session.Present.Where(user => !_source.IsHeardBy(user)));
        // What remains is to tell the list, which may believe in a session that is gone.
        _reporter.Report();
        return Task.CompletedTask;
    }

    public async Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after)
    {
        await _rollCall.Done();
        _session.DemandReader(seat.User);
        // Nobody is told what happened before it joined.
        var isPast = !_joinedAt.TryGetValue(seat.User, out var joined) || after < joined;
        return _source.Subscribe(gateway, seat, isPast ? null : after, Snapshot);
    }

    public Task Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return Task.CompletedTask;
    }

    public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(_source.Read(gateway, after));

    public Task GatewayLost(string gateway)
    {
        // They know whether they are still here in another way; who was lost with its gateway finds that out now.
        _rollCall.Ask(_source.Lost(gateway).Select(static seat => seat.User).Distinct().Where(user => !_source.IsHeardBy(user)));
        return Task.CompletedTask;
    }

    /// <summary>Who is told that it entered or left finds it so after a crash, too, as long as the store is well.</summary>
    private async Task<T> Kept<T>(T answer)
    {
        await _commit.Kept();
        return answer;
    }

    /// <summary>A key whose reply is not kept would be taken for a new one after a crash. Without a key nothing is repeated, and nothing waits.</summary>
    private Task<T> KeptIfKeyed<T>(string? key, T answer) => key is null ? Task.FromResult(answer) : Kept(answer);

    private Position Live(Func<IReadOnlyList<Outgoing>> decide) => _commit.Live(null, decide, () => _source.At);

    private SessionEntered Entered() => new(_session.Record, _source.At);

    private SessionSnapshot Snapshot() => new(_session.Record, _source.At);

    /// <summary>What follows from a change: seats without a right are taken, lost users are watched, the list is told.</summary>
    private void Published(IReadOnlyList<Outgoing> happened)
    {
        // Who gets which stream is nothing that the list or anybody's seat depends on.
        if (!happened.Any(h => h.Event is { ChangesState: true } and not DataStreamsChanged))
        {
            return;
        }

        foreach (var joined in happened.Select(h => h.Event).OfType<MemberJoined>())
        {
            _joinedAt[joined.Member.UserId] = _source.At;
        }

        foreach (var left in happened.Select(h => h.Event).OfType<MemberLeft>())
        {
            _joinedAt.Remove(left.User);
            _rollCall.Heard(left.User);
            _source.Drop(left.User);
        }

        Watch();
        if (happened.Any(h => h.Event is not MemberDataChanged))
        {
            _reporter.Report();
        }

        if (!_session.IsOpen)
        {
            _source.DropAll();
            TellMembersOfTheEnd();
            if (_session.HasStartedScenario)
            {
                _ = ScenarioInstance.Ended();
            }

            DeactivateOnIdle();
        }
    }

    /// <summary>The session for the list, without the data of its members: everybody who reads the list would get all of it each time.</summary>
    private SessionReport Listed() => new(Id, _source.At, _session.IsOpen
        ? _session.Record with { SessionUserDefinitions = [.. _session.Record.SessionUserDefinitions.Select(m => m.UserData is null ? m : m with { UserData = null })] }
        : null);

    /// <summary>Looks again at what is due. A scenario is lost with its silo, which nobody tells: one that runs is woken again and again.</summary>
    private void Watch()
    {
        Watch(ref _expiry, _session.AwaitsSomebody, ExpiryPeriod, Expire);
        Watch(ref _waking, _session.IsScenarioRunning, AskPeriod, () => _ = ScenarioInstance.Wake());
    }

    private void Watch(ref IGrainTimer? timer, bool isNeeded, TimeSpan period, Action look)
    {
        if (!isNeeded)
        {
            timer?.Dispose();
            timer = null;
            return;
        }

        timer ??= this.RegisterGrainTimer(
            _ =>
            {
                look();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(period, period) { Interleave = true, KeepAlive = true });
    }

    private void Expire() => Live(() => _session.Expire(_time.GetUtcNow()));

    /// <summary>One way: the user is above, and answers in its own time.</summary>
    private void FindOut(UserId user) => _ = GrainFactory.GetGrain<IUserGrain>(user.Value).FoundIn(Id);

    private Task LeaveIfVacant(CancellationToken cancellationToken)
    {
        if (_session.State is null)
        {
            DeactivateOnIdle();
        }

        return Task.CompletedTask;
    }

    private void TellMembersOfTheEnd()
    {
        foreach (var user in _joinedAt.Keys)
        {
            // One way: the user is above.
            _ = GrainFactory.GetGrain<IUserGrain>(user.Value).ClosedUnder(Id);
        }

        _joinedAt.Clear();
    }
}
