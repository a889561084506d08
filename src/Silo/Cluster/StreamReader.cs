using Orleans.Serialization;

namespace Orchestrator.Cluster;

/// <summary>Reads what a <see cref="StreamWriter{T}"/> has written. A batch of which a part is missing is lost.</summary>
public sealed class StreamReader<T>(Serializer<T[]> serializer)
{
    private byte[] _bytes = [];
    private int _filled;
    private long _batch;

    /// <summary>The items of the batch that is complete with this part; none as long as it is not.</summary>
    public IReadOnlyList<T> Read(StreamPart part)
    {
        if (part.Bytes.Length == part.Total)
        {
            return serializer.Deserialize(part.Bytes);
        }

        if (part.From == 0)
        {
            (_batch, _bytes, _filled) = (part.Batch, new byte[part.Total], 0);
        }

        if (part.Batch != _batch || part.Total != _bytes.Length || part.From != _filled)
        {
            return [];
        }

        part.Bytes.CopyTo(_bytes, _filled);
        _filled += part.Bytes.Length;
        return _filled < _bytes.Length ? [] : serializer.Deserialize(Taken());
    }

    private byte[] Taken()
    {
        var bytes = _bytes;
        (_bytes, _filled) = ([], 0);
        return bytes;
    }
}
