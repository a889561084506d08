using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>The list of sessions.</summary>
[Reentrant]
public sealed class SessionDirectoryGrain(
    [PersistentState("sessions")] IPersistentState<Stored<SessionDirectoryState>> store, Limits limits, IGatewayWatch watch, TimeProvider time, ILogger<SessionDirectoryGrain> log)
    : DirectoryGrain<SessionId, SessionReport, SessionDirectoryState>(SourceId.Sessions, store, limits, watch, time, log), ISessionDirectoryGrain
{
    protected override Event Listed(SessionReport report, ListChange change) => new SessionListed(report, change);

    protected override Snapshot SnapshotOf(ImmutableArray<SessionReport> reports) => new SessionListSnapshot(reports);

    protected override SessionDirectoryState StateOf(ImmutableHashSet<SessionId> kept) => new() { Sessions = kept };

    protected override ImmutableHashSet<SessionId> KeptIn(SessionDirectoryState stored) => stored.Sessions;

    protected override Task Wake(SessionId id) => GrainFactory.GetGrain<ISessionGrain>(id.Value).Wake();
}
