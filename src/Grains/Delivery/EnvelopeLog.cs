using System.Collections.Immutable;

namespace Orchestrator.Delivery;

/// <summary>The last envelopes of one activation, bounded in bytes: what a source can tell those who missed something.</summary>
public sealed class EnvelopeLog(int bytesMax)
{
    private readonly Queue<Envelope> _envelopes = new();
    private long _bytes;
    private long _forgotten;

    /// <summary>Adds the next one, if it is one to keep; the oldest go when the bytes are used up.</summary>
    public void Add(Envelope envelope)
    {
        if (!envelope.Event.IsKept)
        {
            return;
        }

        _envelopes.Enqueue(envelope);
        _bytes += envelope.Event.Bytes;
        while (_bytes > bytesMax)
        {
            var oldest = _envelopes.Dequeue();
            _bytes -= oldest.Event.Bytes;
            _forgotten = oldest.At.Seq;
        }
    }

    /// <summary>Whether nothing after this seq was forgotten; what was never to be kept does not count.</summary>
    public bool ReachesBackTo(long seq) => seq >= _forgotten;

    /// <summary>What came after this seq, as far as it is wanted.</summary>
    public ImmutableArray<Envelope> After(long seq, Func<Envelope, bool> wanted) =>
        [.. _envelopes.SkipWhile(e => e.At.Seq <= seq).Where(wanted)];
}
