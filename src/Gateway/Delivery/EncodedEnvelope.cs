namespace Orchestrator.Delivery;

/// <summary>
/// An envelope on its way to the connections of this gateway: the first subscriber of a dialect encodes it, the others share the bytes. Those who have missed
/// nothing have the same predecessor, so one set of bytes nearly always serves all.
/// </summary>
public sealed class EncodedEnvelope(Envelope envelope)
{
    private (IDialect Dialect, long Previous, ReadOnlyMemory<byte> Bytes) _last;

    public Envelope Envelope => envelope;

    public ReadOnlyMemory<byte> For(IDialect dialect, long previous)
    {
        if (_last.Dialect != dialect || _last.Previous != previous)
        {
            _last = (dialect, previous, dialect.Encode(envelope, previous));
        }

        return _last.Bytes;
    }
}
