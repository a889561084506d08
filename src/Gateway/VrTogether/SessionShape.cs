using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orchestrator.Api;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.VrTogether;

/// <summary>A session. What stands behind <paramref name="SessionProtocol"/> only newer clients know.</summary>
/// <param name="SessionMaster">Absent when there is none.</param>
/// <param name="ScenarioId">In version 1 the instance, which is what GetScenarioInstanceInfo takes; in version 2 what the creator gave.</param>
/// <param name="SessionUserDefinitions">The members, in the order of <paramref name="SessionUsers"/>.</param>
internal sealed record SessionShape(
    SessionId SessionId,
    string SessionName,
    string? SessionDescription,
    UserId SessionAdministrator,
    UserId? SessionMaster,
    string ScenarioId,
    ImmutableArray<UserId> SessionUsers,
    ImmutableArray<Encoded<UserShape>> SessionUserDefinitions,
    string SessionProtocol,
    long MasterEpoch,
    ScenarioClock? ScenarioClock)
{
    private static readonly ConditionalWeakTable<SessionRecord, Encoded<SessionShape>> OfVersionOne = [];
    private static readonly ConditionalWeakTable<SessionRecord, Encoded<SessionShape>> OfVersionTwo = [];

    /// <summary>Made and encoded once for all who ask between two changes; after a change only for the members that it was about.</summary>
    public static Encoded<SessionShape> Of(SessionRecord session, VrTogetherVersion version) => (version == VrTogetherVersion.One ? OfVersionOne : OfVersionTwo).GetValue(
        session, from => new(() => Make(from, version), isShared: from.SessionUserDefinitions.All(static m => m.UserData is null or { Attachments.IsEmpty: true })));

    private static SessionShape Make(SessionRecord session, VrTogetherVersion version) => new(
        session.SessionId,
        session.SessionName,
        session.SessionDescription,
        session.SessionAdministrator,
        session.SessionMaster,
        version == VrTogetherVersion.One ? session.SessionId.Value : session.ScenarioId,
        session.SessionUsers,
        [.. session.SessionUserDefinitions.Select(UserShape.Shared)],
        session.SessionProtocol,
        session.MasterEpoch,
        session.ScenarioClock);
}
