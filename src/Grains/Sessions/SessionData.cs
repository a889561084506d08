using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>What members show of their data. Calls of one user may overtake each other, so each says how new it is.</summary>
public sealed partial class Session
{
    /// <summary>A user has changed its data. Nothing happens for somebody who is no member, or when something newer is known.</summary>
    public IReadOnlyList<Outgoing> SetUserData(UserId user, MemberData data) => HasMember(user) && State!.Members[user].DataAt < data.At
        ? Happened(Outgoing.ToEveryone(new MemberDataChanged(user, data.Data, data.At)))
        : [];

    /// <summary>A user says what its data is: news only if it is something else.</summary>
    private void Refresh(Happenings happened, UserId user, MemberData? data)
    {
        var member = State!.Members[user];
        if (data is null || data.At <= member.DataAt)
        {
            return;
        }

        var changed = new MemberDataChanged(user, data.Data, data.At);
        happened.Add(data.Data == member.Data ? Outgoing.Silent(changed) : Outgoing.ToEveryone(changed));
    }

    private static Member NewMember(MemberJoined joined, int ordinal) =>
        new(joined.Member.UserId, joined.Member.UserName, joined.Member.CanBeMaster, ordinal, null) { Data = joined.Member.UserData, DataAt = joined.DataAt };

    private static SessionState WithData(SessionState state, MemberDataChanged changed) => state with
    {
        Members = state.Members.SetItem(changed.User, state.Members[changed.User] with { Data = changed.Data, DataAt = changed.At }),
    };
}
