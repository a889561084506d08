using Orchestrator.Delivery;

namespace Orchestrator.Users;

/// <summary>This gateway's copy of the list of users.</summary>
public sealed class UserListReplica(Relay relay, IIdSource ids, TimeProvider time)
    : ListReplica<UserId, UserReport, UserRecord>(
        new(
            SourceId.Users,
            static snapshot => ((UserListSnapshot)snapshot).Users,
            static listed => ((UserListed)listed).Report,
            static report => report.User!),
        new(relay, ids, time));
