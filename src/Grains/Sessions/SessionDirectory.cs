using System.Collections.Immutable;
using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>The rules of the list of sessions: the newest report of each counts.</summary>
public sealed class SessionDirectory
{
    // Reports that were under way when their session ended are not late by more sessions than this.
    private const int EndedMax = 1_000;

    private readonly Dictionary<SessionId, Position> _ended = [];
    private ImmutableDictionary<SessionId, SessionReport> _reports = ImmutableDictionary<SessionId, SessionReport>.Empty;

    public SessionDirectoryState State { get; private set; } = new();

    /// <summary>The sessions that have reported since this activation began.</summary>
    public SessionListSnapshot Snapshot => new([.. _reports.Values]);

    /// <summary>Takes up the stored list; each session is asked to report.</summary>
    public void Restore(SessionDirectoryState state) => State = state;

    public IReadOnlyList<Outgoing> Report(SessionReport report)
    {
        var known = _reports.GetValueOrDefault(report.SessionId);
        if (known?.At >= report.At || (_ended.TryGetValue(report.SessionId, out var end) && end >= report.At))
        {
            return [];
        }

        var isStored = State.Sessions.Contains(report.SessionId);
        if (report.Session is null)
        {
            return known is null && !isStored ? [] : Remove(report);
        }

        _reports = _reports.SetItem(report.SessionId, report);
        State = State with { Sessions = State.Sessions.Add(report.SessionId) };
        return [Outgoing.ToEveryone(new SessionListed(report, isStored ? ListChange.Updated : ListChange.Added))];
    }

    private IReadOnlyList<Outgoing> Remove(SessionReport report)
    {
        if (_ended.Count >= EndedMax)
        {
            _ended.Clear();
        }

        _ended[report.SessionId] = report.At;
        _reports = _reports.Remove(report.SessionId);
        State = State with { Sessions = State.Sessions.Remove(report.SessionId) };
        return [Outgoing.ToEveryone(new SessionListed(report, ListChange.Removed))];
    }
}
