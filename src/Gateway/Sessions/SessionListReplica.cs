using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>This gateway's copy of the list of sessions.</summary>
public sealed class SessionListReplica(Relay relay, IIdSource ids, TimeProvider time)
    : ListReplica<SessionId, SessionReport, SessionRecord>(
        new(
            SourceId.Sessions,
            static snapshot => ((SessionListSnapshot)snapshot).Sessions,
            static listed => ((SessionListed)listed).Report,
            static report => report.Session!),
        new(relay, ids, time));
