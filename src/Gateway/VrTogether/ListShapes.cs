using System.Runtime.CompilerServices;
using Orchestrator.Api;
using Orchestrator.Sessions;
using Orchestrator.Users;
using RecordsOfSessions = Orchestrator.Api.Encoded<System.Collections.Generic.IReadOnlyDictionary<Orchestrator.Sessions.SessionId, Orchestrator.Sessions.SessionRecord>>;
using RecordsOfUsers = Orchestrator.Api.Encoded<System.Collections.Generic.IReadOnlyDictionary<Orchestrator.Users.UserId, Orchestrator.Users.UserRecord>>;

namespace Orchestrator.VrTogether;

/// <summary>The lists as this wire has them: made and encoded once for all who ask between two changes, as the lists themselves are.</summary>
internal sealed class ListShapes
{
    private readonly ConditionalWeakTable<RecordsOfSessions, Encoded<IReadOnlyDictionary<SessionId, Encoded<SessionShape>>>> _ofVersionOne = [];
    private readonly ConditionalWeakTable<RecordsOfSessions, Encoded<IReadOnlyDictionary<SessionId, Encoded<SessionShape>>>> _ofVersionTwo = [];
    private readonly ConditionalWeakTable<RecordsOfUsers, Encoded<IReadOnlyDictionary<UserId, UserShape>>> _users = [];

    public object Sessions(RecordsOfSessions sessions, VrTogetherVersion version) => (version == VrTogetherVersion.One ? _ofVersionOne : _ofVersionTwo).GetValue(
        sessions, from => new(() => from.Value.ToDictionary(static s => s.Key, s => SessionShape.Of(s.Value, version))));

    public object Users(RecordsOfUsers users) => _users.GetValue(
        users, static from => new(() => from.Value.ToDictionary(static u => u.Key, static u => UserShape.Of(u.Value))));
}
