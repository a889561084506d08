namespace Orchestrator.Delivery;

/// <summary>
/// A place in what a source has published. Epochs of a source only grow: each activation takes a new one before it publishes.
/// Inside an epoch, seq counts from 1 without gaps; 0 is the place before the first.
/// </summary>
[GenerateSerializer, Immutable, Alias("position")]
public readonly record struct Position([property: Id(0)] long Epoch, [property: Id(1)] long Seq) : IComparable<Position>
{
    /// <summary>After every other.</summary>
    public static Position Last { get; } = new(long.MaxValue, long.MaxValue);

    public int CompareTo(Position other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Seq.CompareTo(other.Seq);

    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Epoch}:{Seq}";
}
