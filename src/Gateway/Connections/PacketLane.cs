using Orchestrator.Delivery;

namespace Orchestrator.Connections;

/// <summary>A packet on its way to one connection.</summary>
/// <param name="WaitingMax">How many packets of its stream may wait; null: all, and none is dropped.</param>
public readonly record struct OutboundPacket(SourceId Stream, int? WaitingMax, ReadOnlyMemory<byte> Message)
{
    public bool MayBeDropped => WaitingMax is not null;
}

/// <summary>How many packets of a stream a connection was too slow for.</summary>
public readonly record struct StreamDrops(SourceId Stream, long Count);

/// <summary>The packets that wait for one connection, in the order in which they came. It is used under the lock of its queue.</summary>
internal sealed class PacketLane(int bytesMax, ConnectionMeter? meter)
{
    // Made when they are needed: most connections never hear a packet.
    private LinkedList<OutboundPacket>? _waiting;
    private Dictionary<SourceId, Stream>? _streams;
    private bool _hasDropped;

    public bool IsEmpty => _waiting is null or { Count: 0 };

    private LinkedList<OutboundPacket> Waiting => _waiting ??= new LinkedList<OutboundPacket>();

    /// <summary>Bytes of packets that may be dropped; those that are being written count as well.</summary>
    public long DroppableBytes { get; private set; }

    /// <summary>Packets of a stream that were dropped.</summary>
    public long Dropped(SourceId stream) => _streams?.GetValueOrDefault(stream)?.Dropped ?? 0;

    /// <summary>What was dropped since the last call, by stream; of a stream that was forgotten meanwhile nothing.</summary>
    public IReadOnlyList<StreamDrops> TakeDrops()
    {
        if (!_hasDropped)
        {
            return [];
        }

        _hasDropped = false;
        var drops = new List<StreamDrops>();
        foreach (var (id, stream) in _streams!)
        {
            if (stream.Dropped > stream.Taken)
            {
                drops.Add(new StreamDrops(id, stream.Dropped - stream.Taken));
                stream.Taken = stream.Dropped;
            }
        }

        return drops;
    }

    /// <summary>Adds one that is never dropped.</summary>
    public void Add(OutboundPacket packet) => Waiting.AddLast(packet);

    /// <summary>Adds one, and drops what is then too much: the oldest of its stream, or itself when others have taken all the room.</summary>
    public void AddOrDrop(OutboundPacket packet)
    {
        _streams ??= [];
        if (!_streams.TryGetValue(packet.Stream, out var stream))
        {
            _streams[packet.Stream] = stream = new Stream();
        }

        while (stream.Waiting.Count > 0 && (stream.Waiting.Count >= packet.WaitingMax || DroppableBytes + packet.Message.Length > bytesMax))
        {
            var reason = stream.Waiting.Count >= packet.WaitingMax ? DropReason.Newer : DropReason.Full;
            Remove(stream.Waiting.Dequeue());
            Count(stream, reason);
        }

        if (DroppableBytes + packet.Message.Length > bytesMax)
        {
            Count(stream, DropReason.Full);
            return;
        }

        stream.Waiting.Enqueue(Waiting.AddLast(packet));
        DroppableBytes += packet.Message.Length;
    }

    /// <summary>The oldest one; its bytes count until they are given back.</summary>
    public OutboundPacket Take()
    {
        var packet = Waiting.First!.Value;
        Waiting.RemoveFirst();
        if (packet.MayBeDropped)
        {
            _streams![packet.Stream].Waiting.Dequeue();
        }

        return packet;
    }

    public void GiveBack(long droppableBytes) => DroppableBytes = Math.Max(0, DroppableBytes - droppableBytes);

    /// <summary>Removes what waits of a stream. Gives the bytes of those that are never dropped.</summary>
    public long Forget(SourceId stream)
    {
        _streams?.Remove(stream);
        var bytes = 0L;
        for (var (node, next) = (_waiting?.First, _waiting?.First?.Next); node is not null; (node, next) = (next, next?.Next))
        {
            if (node.Value.Stream == stream)
            {
                Remove(node);
                bytes += node.Value.MayBeDropped ? 0 : node.Value.Message.Length;
            }
        }

        return bytes;
    }

    public void Clear()
    {
        _waiting = null;
        _streams = null;
        _hasDropped = false;
        DroppableBytes = 0;
    }

    private void Count(Stream stream, DropReason reason)
    {
        stream.Dropped++;
        _hasDropped = true;
        meter?.PacketDropped(reason);
    }

    private void Remove(LinkedListNode<OutboundPacket> node)
    {
        Waiting.Remove(node);
        DroppableBytes -= node.Value.MayBeDropped ? node.Value.Message.Length : 0;
    }

    private sealed class Stream
    {
        /// <summary>Those of its packets that may be dropped, oldest first.</summary>
        public Queue<LinkedListNode<OutboundPacket>> Waiting { get; } = new();

        public long Dropped { get; set; }

        /// <summary>How many of them were taken.</summary>
        public long Taken { get; set; }
    }
}
