namespace Orchestrator.Cluster;

/// <summary>A part of a batch that was written into a stream at once; mostly all of it.</summary>
/// <param name="Batch">The batch's number; each writer counts its own.</param>
/// <param name="Total">How many bytes the batch has.</param>
/// <param name="From">How many of them come before this part.</param>
[GenerateSerializer, Immutable, Alias("stream-part")]
public sealed record StreamPart([property: Id(0)] long Batch, [property: Id(1)] int Total, [property: Id(2)] int From, [property: Id(3)] byte[] Bytes)
{
    /// <summary>
    /// What a part may have. It has to fit into a block of the stream's cache, which has 1 MiB: one that does not spoils what was taken out of its queue together with it, of other streams, too.
    /// </summary>
    public const int BytesMax = 768 * 1_024;

    /// <summary>Cuts a batch.</summary>
    public static IEnumerable<StreamPart> Of(long batch, byte[] bytes)
    {
        if (bytes.Length <= BytesMax)
        {
            yield return new StreamPart(batch, bytes.Length, 0, bytes);
            yield break;
        }

        for (var from = 0; from < bytes.Length; from += BytesMax)
        {
            yield return new StreamPart(batch, bytes.Length, from, bytes[from..Math.Min(from + BytesMax, bytes.Length)]);
        }
    }
}
