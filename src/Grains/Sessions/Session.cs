using System.Collections.Immutable;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>
/// The rules of a session. It decides what happens, or refuses, and applies it; it knows no engine, no clock and no store. Its parts: membership and
/// its ends here, what members send to each other in SessionTraffic.cs, what they show of themselves in SessionData.cs, the rooms in SessionRooms.cs.
/// </summary>
public sealed partial class Session(Limits limits)
{
    private SessionRecord? _record;
    private long _administratorEpoch;

    /// <summary>Null before it is opened.</summary>
    public SessionState? State { get; private set; }

    /// <summary>What is worth a record. Without the members' data, which is theirs to keep: users show it again when they return, and all of it together could be too much for one record.</summary>
    public SessionState? Stored => IsOpen
        ? State! with { Members = State.Members.SetItems(State.Members.Where(m => m.Value.Data is not null).Select(m => KeyValuePair.Create(m.Key, m.Value with { Data = null, DataAt = default }))) }
        : null;

    public bool IsOpen => State is { IsClosed: false };

    /// <summary>The session as everybody may see it; the same object until something changes.</summary>
    public SessionRecord Record => _record ??= MakeRecord();

    /// <summary>Takes up a stored session. Whether its users are still there is not known: each has the grace period to say so.</summary>
    public void Restore(SessionState state, DateTimeOffset now)
    {
        var members = state.Members.ToImmutableDictionary(m => m.Key, m => m.Value with { AwaySince = now });
        State = state with { Members = members, AdministratorAwaySince = members.ContainsKey(state.Opening.Administrator) ? null : now };
        _record = null;
    }

    public IReadOnlyList<Outgoing> Open(SessionId id, Caller caller, AddSession command, MemberData? data = null)
    {
        if (State is not null)
        {
            throw new Refusal(RefusalCode.SessionNotCreated, "Could not create session: its id is taken.");
        }

        var happened = new Happenings(this);
        happened.Add(Outgoing.Silent(new SessionOpened(new SessionOpening(
            id,
            command.SessionName.Trim(),
            command.SessionDescription,
            command.SessionProtocol ?? "unknown",
            command.ScenarioDefinition,
            caller.User))));
        Enter(happened, caller, command.CanBeMaster, data);
        return happened.All;
    }

    public IReadOnlyList<Outgoing> Join(Caller caller, JoinSession command, MemberData? data = null)
    {
        Demand(IsOpen, RefusalCode.SessionNotFound, "The session was not found.");
        Demand(!HasMember(caller.User), RefusalCode.AlreadyInThisSession, "The user is already in this session.");
        Demand(State!.Members.Count < limits.MembersPerSessionMax, RefusalCode.LimitReached, "The session is full.");
        var happened = new Happenings(this);
        Enter(happened, caller, command.CanBeMaster, data);
        return happened.All;
    }

    public IReadOnlyList<Outgoing> Leave(Caller caller)
    {
        DemandMember(caller.User);
        var happened = new Happenings(this);
        Exit(happened, caller.User, LeaveReason.Left);
        return happened.All;
    }

    public IReadOnlyList<Outgoing> Delete(Caller caller)
    {
        Demand(IsOpen, RefusalCode.SessionNotFound, "The session was not found.");
        Demand(State!.Opening.Administrator == caller.User, RefusalCode.NotAdministrator, "The caller is not the administrator of this session.");
        Demand(State.Members.IsEmpty, RefusalCode.SessionNotEmpty, "The session is not empty.");
        var happened = new Happenings(this);
        happened.Add(Outgoing.ToEveryone(new SessionClosed(CloseReason.Deleted)));
        return happened.All;
    }

    /// <summary>Whether a later activation of the user has been here. One on a silo that was cut off and comes back says for a moment what was true before.</summary>
    public bool HasHeardOfLater(UserId user, long epoch) => epoch < (State?.Members.GetValueOrDefault(user)?.DataAt.Epoch ?? _administratorEpoch);

    /// <summary>A member, or the administrator, has no connection any more.</summary>
    public IReadOnlyList<Outgoing> WentAway(UserId user, DateTimeOffset now)
    {
        var happened = new Happenings(this);
        if (IsOpen && State!.Members.TryGetValue(user, out var member))
        {
            if (member.AwaySince is null)
            {
                happened.Add(Outgoing.ToEveryone(new MemberWentAway(user, now)));
            }
        }
        else if (IsAdministratorOutside(user) && State!.AdministratorAwaySince is null)
        {
            happened.Add(Outgoing.ToEveryone(new AdministratorWentAway(user, now)));
        }

        return happened.All;
    }

    /// <summary>A member, or the administrator, is here.</summary>
    public IReadOnlyList<Outgoing> Returned(UserId user, DateTimeOffset now, MemberData? data = null)
    {
        var happened = new Happenings(this);
        if (IsOpen && State!.Members.TryGetValue(user, out var member))
        {
            if (member.AwaySince is not null)
            {
                happened.Add(Outgoing.ToEveryone(new MemberReturned(user)));
                ReplaceLostMaster(happened, now);
            }

            Refresh(happened, user, data);
        }
        else if (IsAdministratorOutside(user))
        {
            _administratorEpoch = Math.Max(_administratorEpoch, data?.At.Epoch ?? 0);
            if (State!.AdministratorAwaySince is not null)
            {
                happened.Add(Outgoing.ToEveryone(new AdministratorReturned(user)));
            }
        }

        return happened.All;
    }

    /// <summary>A user logged out: it leaves, and the session of an administrator closes.</summary>
    public IReadOnlyList<Outgoing> LoggedOut(UserId user)
    {
        var happened = new Happenings(this);
        End(happened, user, LeaveReason.LoggedOut, CloseReason.AdministratorLoggedOut);
        return happened.All;
    }

    /// <summary>Ends what has been lost for the grace period, and replaces a master that is lost.</summary>
    public IReadOnlyList<Outgoing> Expire(DateTimeOffset now)
    {
        var happened = new Happenings(this);
        if (!IsOpen)
        {
            return happened.All;
        }

        var lost = State!.Members.Values.Where(m => m.AwaySince + limits.Grace <= now).OrderBy(m => m.Ordinal);
        foreach (var member in lost.ToArray())
        {
            if (IsOpen)
            {
                End(happened, member.User, LeaveReason.Lost, CloseReason.AdministratorLost);
            }
        }

        if (IsOpen && State.AdministratorAwaySince + limits.Grace <= now)
        {
            happened.Add(Outgoing.ToEveryone(new SessionClosed(CloseReason.AdministratorLost)));
        }

        ReplaceLostMaster(happened, now);
        return happened.All;
    }

    /// <summary>Whether somebody is lost, so that <see cref="Expire"/> must look again.</summary>
    public bool AwaitsSomebody =>
        IsOpen && (State!.AdministratorAwaySince is not null || Record.SessionUserDefinitions.Any(static m => m.Presence == Presence.Away));

    /// <summary>The members that are not away.</summary>
    public IEnumerable<UserId> Present => IsOpen ? State!.Members.Values.Where(static m => m.AwaySince is null).Select(static m => m.User) : [];

    public bool HasMember(UserId user) => IsOpen && State!.Members.ContainsKey(user);

    public bool Knows(UserId user) => HasMember(user) || IsAdministratorOutside(user);

    /// <summary>Refuses whoever may not read the session: only members and the administrator may.</summary>
    public void DemandReader(UserId user) =>
        Demand(Knows(user), RefusalCode.NotJoined, "The user has not joined any session.");

    private void DemandMember(UserId user) =>
        Demand(HasMember(user), RefusalCode.NotInSession, "The user is not in any session.");

    private static void Demand(bool condition, RefusalCode code, string sentence)
    {
        if (!condition)
        {
            throw new Refusal(code, sentence);
        }
    }

    private bool IsAdministratorOutside(UserId user) =>
        IsOpen && State!.Opening.Administrator == user && !State.Members.ContainsKey(user);

    private void Enter(Happenings happened, Caller caller, bool canBeMaster, MemberData? data)
    {
        var member = new MemberRecord(caller.User, caller.UserName, canBeMaster, Presence.Online, data?.Data);
        happened.Add(new Outgoing(new MemberJoined(member, data?.At ?? default), Audience.AllBut(caller.Device)));
        if (State!.Master is null)
        {
            Elect(happened, leaver: null);
        }
    }

    /// <summary>
    /// The next master is elected before the others are told that the old one left. The leaver's own devices are told as well: it is the last they see, so that their gateway
    /// knows when they have seen everything before it.
    /// </summary>
    private void Exit(Happenings happened, UserId user, LeaveReason reason)
    {
        if (State!.Master == user)
        {
            Elect(happened, leaver: user);
        }

        happened.Add(Outgoing.ToEveryone(new MemberLeft(user, reason)));
    }

    private void End(Happenings happened, UserId user, LeaveReason leave, CloseReason close)
    {
        if (HasMember(user))
        {
            Exit(happened, user, leave);
        }

        if (IsAdministratorOutside(user))
        {
            happened.Add(Outgoing.ToEveryone(new SessionClosed(close)));
        }
    }

    private void ReplaceLostMaster(Happenings happened, DateTimeOffset now)
    {
        if (!IsOpen || State!.Master is not { } master || !(State.Members[master].AwaySince + limits.MasterGrace <= now))
        {
            return;
        }

        if (State.Members.Values.Any(m => m.CanBeMaster && m.AwaySince is null))
        {
            Elect(happened, leaver: master);
        }
    }

    /// <summary>The first in the order of joining who may be master; one who is there before one who is away.</summary>
    private void Elect(Happenings happened, UserId? leaver)
    {
        var elected = State!.Members.Values
            .Where(m => m.CanBeMaster && m.User != leaver)
            .OrderBy(m => m.AwaySince is not null)
            .ThenBy(m => m.Ordinal)
            .FirstOrDefault()?.User;
        if (elected != State.Master)
        {
            happened.Add(Outgoing.ToEveryone(new MasterChanged(elected, State.MasterEpoch + 1)));
        }
    }

    private IReadOnlyList<Outgoing> Happened(params ReadOnlySpan<Outgoing> events)
    {
        var happened = new Happenings(this);
        foreach (var each in events)
        {
            happened.Add(each);
        }

        return happened.All;
    }

    private void Apply(Event @event)
    {
        var before = State;
        if (@event is MemberLeft left && left.User == before!.Opening.Administrator)
        {
            _administratorEpoch = Math.Max(_administratorEpoch, before.Members[left.User].DataAt.Epoch);
        }

        State = Next(before, @event);
        _record = _record is null || ReferenceEquals(State, before) ? _record : Next(_record, State!, @event);
    }

    private static SessionState? Next(SessionState? state, Event @event) => @event switch
    {
        SessionOpened e => new SessionState { Opening = e.Opening },
        MemberJoined e => state! with
        {
            Members = state.Members.Add(e.Member.UserId, NewMember(e, state.NextOrdinal)),
            NextOrdinal = state.NextOrdinal + 1,
            AdministratorAwaySince = e.Member.UserId == state.Opening.Administrator ? null : state.AdministratorAwaySince,
        },
        MemberLeft e => WithoutRoom(state!, e.User) with { Members = state!.Members.Remove(e.User), Streams = state.Streams.Remove(e.User) },
        MemberWentAway e => state! with { Members = Change(state.Members, e.User, e.Since) },
        MemberReturned e => state! with { Members = Change(state.Members, e.User, null) },
        AdministratorWentAway e => state! with { AdministratorAwaySince = e.Since },
        AdministratorReturned => state! with { AdministratorAwaySince = null },
        MasterChanged e => state! with { Master = e.Master, MasterEpoch = e.Epoch },
        SessionClosed => Closed(state!),
        MemberDataChanged e => WithData(state!, e),
        MemberJoinedRoom e => WithRoom(state!, e),
        MemberLeftRoom e => WithoutRoom(state!, e.User),
        DataStreamsChanged e => state! with { Streams = Next(state.Streams, e) },
        ScenarioNews e => Take(state!, e),
        _ => state,
    };

    private static SessionState Closed(SessionState state) => state with
    {
        IsClosed = true,
        Members = state.Members.Clear(),
        Master = null,
        Rooms = state.Rooms.Clear(),
        Streams = state.Streams.Clear(),
    };

    private static ImmutableDictionary<UserId, Member> Change(ImmutableDictionary<UserId, Member> members, UserId user, DateTimeOffset? awaySince) =>
        members.SetItem(user, members[user] with { AwaySince = awaySince });

    /// <summary>The record after an event, without making that of every member anew; null: it is made when it is asked for.</summary>
    private static SessionRecord? Next(SessionRecord record, SessionState state, Event @event) => @event switch
    {
        MemberJoined e => record with
        {
            SessionUsers = record.SessionUsers.Add(e.Member.UserId),
            SessionUserDefinitions = record.SessionUserDefinitions.Add(state.Members[e.Member.UserId].ToRecord()),
        },
        MemberLeft e => record with
        {
            SessionUsers = record.SessionUsers.Remove(e.User),
            SessionUserDefinitions = record.SessionUserDefinitions.RemoveAt(record.SessionUsers.IndexOf(e.User)),
        },
        MemberWentAway e => WithMember(record, state, e.User),
        MemberReturned e => WithMember(record, state, e.User),
        MemberDataChanged e => WithMember(record, state, e.User),
        MemberJoinedRoom e => WithMember(record, state, e.User),
        MemberLeftRoom e => WithMember(record, state, e.User),
        MasterChanged e => record with { SessionMaster = e.Master, MasterEpoch = e.Epoch },
        DataStreamsChanged => record,
        _ => null,
    };

    private static SessionRecord WithMember(SessionRecord record, SessionState state, UserId user) => record with
    {
        SessionUserDefinitions = record.SessionUserDefinitions.SetItem(record.SessionUsers.IndexOf(user), state.Members[user].ToRecord()),
    };

    private SessionRecord MakeRecord()
    {
        var state = State ?? throw new Refusal(RefusalCode.SessionNotFound, "The session was not found.");
        ImmutableArray<Member> members = [.. state.Members.Values.OrderBy(m => m.Ordinal)];
        return new SessionRecord(
            state.Opening.SessionId,
            state.Opening.Name,
            state.Opening.Description,
            state.Opening.Administrator,
            state.Master,
            state.MasterEpoch,
            state.Opening.Scenario.ScenarioId,
            [.. members.Select(m => m.User)],
            [.. members.Select(m => m.ToRecord())],
            state.Opening.Protocol,
            state.ScenarioClock);
    }

    /// <summary>What one command makes happen: applied at once, so that the next decision sees it.</summary>
    private readonly struct Happenings(Session session)
    {
        private readonly List<Outgoing> _all = [];

        public IReadOnlyList<Outgoing> All => _all;

        public void Add(Outgoing outgoing)
        {
            session.Apply(outgoing.Event);
            _all.Add(outgoing);
        }
    }
}
