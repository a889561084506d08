namespace Orchestrator.Delivery;

/// <summary>What waits for somebody who is slower than it comes, bounded in bytes: beyond that the oldest go.</summary>
public sealed class Waiting<T>(int bytesMax, Func<T, int> bytesOf)
{
    private readonly Queue<T> _items = new();
    private long _bytes;

    public bool IsEmpty => _items.Count == 0;

    public void Add(T item)
    {
        _items.Enqueue(item);
        _bytes += bytesOf(item);
        while (_bytes > bytesMax && _items.Count > 1)
        {
            TakeFirst();
        }
    }

    public T TakeFirst()
    {
        var first = _items.Dequeue();
        _bytes -= bytesOf(first);
        return first;
    }

    public T[] TakeAll()
    {
        T[] all = [.. _items];
        _items.Clear();
        _bytes = 0;
        return all;
    }
}
