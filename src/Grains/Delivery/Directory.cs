using System.Collections.Immutable;

namespace Orchestrator.Delivery;

/// <summary>The rules of a list: the newest report of each entry counts.</summary>
/// <param name="listed">The event that tells a report to those who follow the list.</param>
public sealed class Directory<TId, TReport>(Func<TReport, ListChange, Event> listed)
    where TId : struct
    where TReport : class, IReport<TId>
{
    // Reports that were under way when their entry ended are not late by more entries than this.
    private const int EndedMax = 1_000;

    private readonly Dictionary<TId, Position> _ended = [];
    private ImmutableDictionary<TId, TReport> _reports = ImmutableDictionary<TId, TReport>.Empty;

    /// <summary>What is stored: whom to wake after a restart.</summary>
    public ImmutableHashSet<TId> Kept { get; private set; } = [];

    /// <summary>Those that have reported since this activation began.</summary>
    public ImmutableArray<TReport> Reports => [.. _reports.Values];

    /// <summary>Takes up the stored list; each entry is asked to report.</summary>
    public void Restore(ImmutableHashSet<TId> kept) => Kept = kept;

    public IReadOnlyList<Outgoing> Report(TReport report)
    {
        var known = _reports.GetValueOrDefault(report.Id);
        if (known?.At >= report.At || (_ended.TryGetValue(report.Id, out var end) && end >= report.At))
        {
            return [];
        }

        if (report.IsOver && known is null && !Kept.Contains(report.Id))
        {
            return [];
        }

        if (report.IsOver)
        {
            RememberEnd(report);
            _reports = _reports.Remove(report.Id);
        }
        else
        {
            _reports = _reports.SetItem(report.Id, report);
        }

        return [Outgoing.ToEveryone(listed(report, Keep(report)))];
    }

    private ListChange Keep(TReport report)
    {
        if (Kept.Contains(report.Id) != report.IsOver)
        {
            return ListChange.Updated;
        }

        Kept = report.IsOver ? Kept.Remove(report.Id) : Kept.Add(report.Id);
        return report.IsOver ? ListChange.Removed : ListChange.Added;
    }

    private void RememberEnd(TReport report)
    {
        if (_ended.Count >= EndedMax)
        {
            _ended.Clear();
        }

        _ended[report.Id] = report.At;
    }
}
