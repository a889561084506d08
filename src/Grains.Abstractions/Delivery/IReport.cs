namespace Orchestrator.Delivery;

/// <summary>What one entry of a list is at one of its places, as it reports it to the list itself. The newest report counts.</summary>
public interface IReport<TId>
{
    /// <summary>Whose report it is.</summary>
    TId Id { get; }

    /// <summary>Grows with every report of this entry.</summary>
    Position At { get; }

    /// <summary>The entry is no more. Until then it has a record in the store, so that it can be woken after a restart.</summary>
    bool IsOver { get; }
}

/// <summary>What a report did to the list as it is stored: whom to wake after a restart. Every report is news for those who follow the list.</summary>
public enum ListChange
{
    /// <summary>One more is to be woken.</summary>
    Added,

    /// <summary>The same are to be woken as before.</summary>
    Updated,

    /// <summary>One less is to be woken.</summary>
    Removed,
}
