namespace Orchestrator.Delivery;

/// <summary>What happened and who is told. A null audience: a change of state that is nobody's news.</summary>
public readonly record struct Outgoing(Event Event, Audience? Audience)
{
    public static Outgoing Silent(Event @event) => new(@event, null);

    public static Outgoing ToEveryone(Event @event) => new(@event, Audience.Everyone);
}
