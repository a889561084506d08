namespace Orchestrator.Delivery;

/// <summary>
/// An envelope on its way to the connections of this gateway: the first subscriber of a dialect encodes it, the others share the bytes. Those who have missed
/// nothing have the same predecessor, so one set of bytes of a dialect nearly always serves all.
/// </summary>
public sealed class EncodedEnvelope(Envelope envelope)
{
    // One for each dialect that has subscribers here: mostly one, and never many.
    private Encoding[] _encodings = [];

    public Envelope Envelope => envelope;

    public ReadOnlyMemory<byte> For(IDialect dialect, long previous)
    {
        foreach (ref var known in _encodings.AsSpan())
        {
            if (known.Dialect == dialect)
            {
                if (known.Previous != previous)
                {
                    known = Encode(dialect, previous);
                }

                return known.Bytes;
            }
        }

        var made = Encode(dialect, previous);
        _encodings = [.. _encodings, made];
        return made.Bytes;
    }

    private Encoding Encode(IDialect dialect, long previous) => new(dialect, previous, dialect.Encode(envelope, previous));

    private readonly record struct Encoding(IDialect Dialect, long Previous, ReadOnlyMemory<byte> Bytes);
}
