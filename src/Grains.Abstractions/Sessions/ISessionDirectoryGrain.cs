using System.Collections.Immutable;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>The list of live sessions; one grain, of which every gateway holds a replica. Sessions report to it; anybody may read it.</summary>
[Alias("sessions")]
public interface ISessionDirectoryGrain : ISource
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Takes the newest state of a session. Reports overtaken by a newer one are ignored.</summary>
    [Alias("report"), Repeatable]
    Task Report(SessionReport report);
}

/// <summary>A session's state at one of its places.</summary>
/// <param name="Session">Null: the session is over.</param>
[GenerateSerializer, Immutable, Alias("session-report")]
public sealed record SessionReport(
    [property: Id(0)] SessionId SessionId,
    [property: Id(1)] Position At,
    [property: Id(2)] SessionRecord? Session) : IReport<SessionId>
{
    SessionId IReport<SessionId>.Id => SessionId;

    bool IReport<SessionId>.IsOver => Session is null;
}

/// <summary>The list of sessions is another one, or a session in it is.</summary>
[GenerateSerializer, Immutable, Alias("session-listed")]
public sealed record SessionListed([property: Id(0)] SessionReport Report, [property: Id(1)] ListChange Change) : Event
{
    public override int Bytes => base.Bytes + (Report.Session?.SessionUsers.Length * 96 ?? 0);

    /// <summary>The store holds only which sessions there are.</summary>
    public override bool ChangesState => Change != ListChange.Updated;
}

/// <summary>All sessions at a place of the list.</summary>
[GenerateSerializer, Immutable, Alias("session-list-snapshot")]
public sealed record SessionListSnapshot([property: Id(0)] ImmutableArray<SessionReport> Sessions) : Snapshot;
