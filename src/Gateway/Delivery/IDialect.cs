using Orchestrator.Connections;

namespace Orchestrator.Delivery;

/// <summary>How a wire says events. It translates shapes and decides nothing.</summary>
public interface IDialect
{
    /// <summary>The wire on which it is spoken.</summary>
    WireKind Wire { get; }

    /// <summary>
    /// The bytes of an envelope for a subscriber that has seen <paramref name="previous"/> last; empty when this dialect has no word for it.
    /// </summary>
    ReadOnlyMemory<byte> Encode(Envelope envelope, long previous);

    /// <summary>The bytes of a state from which a subscriber begins again, because something was lost or another device began it.</summary>
    ReadOnlyMemory<byte> Encode(SourceId source, Position at, Snapshot snapshot);
}
