using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Support;

/// <summary>What a client knows of a session: a record, and what events made of it. It knows no rule.</summary>
internal sealed class SessionView(SessionRecord begin)
{
    private readonly List<MemberRecord> _members = [.. begin.SessionUserDefinitions];

    public UserId? Master { get; private set; } = begin.SessionMaster;

    public long MasterEpoch { get; private set; } = begin.MasterEpoch;

    public bool IsClosed { get; private set; }

    public IEnumerable<UserId> Members => _members.Select(m => m.UserId);

    public void Apply(Event @event)
    {
        switch (@event)
        {
            case MemberJoined e:
                _members.Add(e.Member);
                break;
            case MemberLeft e:
                _members.RemoveAll(m => m.UserId == e.User);
                break;
            case MemberWentAway e:
                Change(e.User, Presence.Away);
                break;
            case MemberReturned e:
                Change(e.User, Presence.Online);
                break;
            case MemberDataChanged e:
                Change(e.User, m => m with { UserData = e.Data });
                break;
            case MemberJoinedRoom e:
                Change(e.User, m => m with { RoomId = e.Room });
                break;
            case MemberLeftRoom e:
                Change(e.User, m => m with { RoomId = null });
                break;
            case MasterChanged e:
                (Master, MasterEpoch) = (e.Master, e.Epoch);
                break;
            case SessionClosed:
                IsClosed = true;
                break;
        }
    }

    /// <summary>Null when it is what the session says.</summary>
    public string? Differs(SessionRecord session)
    {
        var mine = string.Join(' ', _members.Select(Say)) + $" master {Master} in {MasterEpoch}";
        var truth = string.Join(' ', session.SessionUserDefinitions.Select(Say)) + $" master {session.SessionMaster} in {session.MasterEpoch}";
        return mine == truth ? null : $"a subscriber sees '{mine}' and the session is '{truth}'";
    }

    private static string Say(MemberRecord m) => $"{m.UserId}/{m.Presence}/{m.UserData}/{m.RoomId}";

    private void Change(UserId user, Presence presence) => Change(user, m => m with { Presence = presence });

    private void Change(UserId user, Func<MemberRecord, MemberRecord> change)
    {
        if (_members.FindIndex(m => m.UserId == user) is >= 0 and var i)
        {
            _members[i] = change(_members[i]);
        }
    }
}
