using Orchestrator.Connections;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Administration;

/// <summary>A user in the dump.</summary>
/// <param name="SessionId">The session that it is a member of.</param>
public sealed record PresentUser(UserId UserId, string UserName, bool UserAdmin, SessionId? SessionId);

/// <summary>Who is there: the members of the sessions, and whoever is connected to this gateway.</summary>
public sealed class PresentUsers(ConnectionTable connections)
{
    public IReadOnlyList<PresentUser> In(IEnumerable<SessionRecord> sessions)
    {
        var users = sessions
            .SelectMany(s => s.SessionUserDefinitions.Select(m => new PresentUser(m.UserId, m.UserName, UserAdmin: false, s.SessionId)))
            .DistinctBy(u => u.UserId)
            .ToDictionary(u => u.UserId);
        foreach (var caller in connections.All.Select(c => c.Caller).OfType<Caller>())
        {
            var isAdministrator = caller.Role == Role.Administrator;
            users[caller.User] = new PresentUser(caller.User, caller.UserName, isAdministrator, users.GetValueOrDefault(caller.User)?.SessionId);
        }

        return [.. users.Values.OrderBy(u => u.UserId.Value, StringComparer.Ordinal)];
    }
}
