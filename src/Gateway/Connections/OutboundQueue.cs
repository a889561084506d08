using System.Buffers;
using Microsoft.Extensions.ObjectPool;
using Orchestrator.Delivery;

namespace Orchestrator.Connections;

/// <summary>Writes to one socket; done when the transport has taken the bytes.</summary>
public interface IFrameWriter
{
    /// <summary>Writes one or more whole messages in one go.</summary>
    ValueTask Write(ReadOnlyMemory<byte> messages);

    /// <summary>Ends the connection without waiting for it to take anything.</summary>
    void Abort(CloseCode code);
}

/// <summary>In which order things leave a connection.</summary>
public enum Lanes
{
    /// <summary>As they came.</summary>
    One,

    /// <summary>Replies and events before packets.</summary>
    Two,
}

/// <summary>
/// What waits for one connection, bounded in bytes. It never makes its caller wait: what the socket does not take at once waits here and goes out in one
/// write when the socket is free again, and so does what comes within a few milliseconds for a busy connection. Replies and events go first; packets wait beside them, and those that may be dropped never end the connection. What may not be dropped
/// ends it when it has grown over the limit. On a wire with one lane everything goes in the order in which it came.
/// </summary>
/// <param name="lanes">Whether packets wait for events.</param>
/// <param name="gatherer">Null: nothing waits to be gathered.</param>
/// <param name="meter">Null: drops and ends are not counted.</param>
public sealed class OutboundQueue(IFrameWriter writer, int bytesMax, Gatherer? gatherer = null, Lanes lanes = Lanes.Two, ConnectionMeter? meter = null)
{
    // A write takes no further packet when it has so much of them: an event that comes next should not wait for long.
    private const int PacketBytesPerWrite = 65_536;

    // Of so much, a write of its own costs no more.
    private const int GatheredBytesMax = 16_384;

    // A queue in which nothing waits holds none of these, and there are many queues.
    private static readonly ObjectPool<List<ReadOnlyMemory<byte>>> Lists = new DefaultObjectPool<List<ReadOnlyMemory<byte>>>(new ListPolicy(), maximumRetained: 256);

    private readonly Lock _gate = new();
    private readonly Gatherer? _gatherer = gatherer is { IsOn: true } ? gatherer : null;
    private readonly PacketLane _packets = new(bytesMax, meter);
    private List<ReadOnlyMemory<byte>>? _waiting;
    private TaskCompletionSource? _written;
    private TaskCompletionSource? _drained;
    private long _bytes;
    private long _windowBegan;
    private int _inWindow;
    private bool _isBusy;
    private bool _isWriting;
    private bool _isGathering;
    private volatile bool _isClosed;

    /// <summary>Bytes that wait now.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes + _packets.DroppableBytes;
            }
        }
    }

    /// <summary>What is given now goes nowhere.</summary>
    public bool IsOver => _isClosed;

    /// <summary>Packets of a stream that were dropped because this connection is slow.</summary>
    public long Dropped(SourceId stream)
    {
        lock (_gate)
        {
            return _packets.Dropped(stream);
        }
    }

    /// <summary>What was dropped since the last call, by stream.</summary>
    public IReadOnlyList<StreamDrops> TakeDrops()
    {
        lock (_gate)
        {
            return _packets.TakeDrops();
        }
    }

    /// <summary>Messages in the order given; after an overflow or an end they go nowhere.</summary>
    public void Enqueue(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (!HasRoom(message.Length))
            {
                return;
            }

            Add(message);
            if (!IsToWrite())
            {
                return;
            }
        }

        Write();
    }

    /// <summary>Packets in the order given, on two lanes behind all messages; what becomes of one for which there is no room, it says itself.</summary>
    public void Enqueue(OutboundPacket packet)
    {
        lock (_gate)
        {
            if (packet.MayBeDropped)
            {
                if (_isClosed)
                {
                    return;
                }

                _packets.AddOrDrop(packet);
            }
            else if (HasRoom(packet.Message.Length))
            {
                Add(packet);
            }

            if (_isClosed || !IsToWrite())
            {
                return;
            }
        }

        Write();
    }

    /// <summary>What waits of a stream is not written any more.</summary>
    public void Forget(SourceId stream)
    {
        lock (_gate)
        {
            _bytes -= _packets.Forget(stream);
        }
    }

    /// <summary>Done when what is being written now has been handed over, so that what is said next comes after it.</summary>
    public Task Written()
    {
        lock (_gate)
        {
            return _isWriting && !_isClosed ? (_written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>Done when nothing waits any more: everything was handed over, or the connection has ended.</summary>
    public Task Drained()
    {
        lock (_gate)
        {
            return _isWriting && !_isClosed ? (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>Nothing more is written.</summary>
    public void End()
    {
        lock (_gate)
        {
            Close();
        }
    }

    /// <summary>Nothing more is written, and the connection ends from our side.</summary>
    public void Abort(CloseCode code)
    {
        lock (_gate)
        {
            Count(code);
            Close();
        }

        writer.Abort(code);
    }

    /// <summary>What was gathered goes out, if it has not yet.</summary>
    internal void Flush()
    {
        lock (_gate)
        {
            if (!_isGathering)
            {
                return;
            }

            _isGathering = false;
        }

        Write();
    }

    /// <summary>On one lane it goes behind the packets that wait already.</summary>
    private void Add(ReadOnlyMemory<byte> message)
    {
        if (lanes == Lanes.One && !_packets.IsEmpty)
        {
            _packets.Add(new OutboundPacket(default, null, message));
        }
        else
        {
            (_waiting ??= Lists.Get()).Add(message);
        }
    }

    /// <summary>On one lane a packet that is not dropped is a message like any other.</summary>
    private void Add(OutboundPacket packet)
    {
        if (lanes == Lanes.One)
        {
            Add(packet.Message);
        }
        else
        {
            _packets.Add(packet);
        }
    }

    /// <summary>Whether who has just added something is to write it; otherwise somebody else does, or will.</summary>
    private bool IsToWrite()
    {
        var gathers = _gatherer is not null && CountAsBusy(_gatherer);
        if (_isGathering && _bytes + _packets.DroppableBytes >= GatheredBytesMax)
        {
            _isGathering = false;
            return true;
        }

        if (_isWriting)
        {
            return false;
        }

        _isWriting = true;
        if (gathers)
        {
            _isGathering = true;
            _gatherer!.Add(this);
        }

        return !_isGathering;
    }

    /// <summary>Counts a message. Gives whether there are many of late.</summary>
    private bool CountAsBusy(Gatherer gatherer)
    {
        var age = gatherer.Now - _windowBegan;
        if (age >= gatherer.WindowTicks)
        {
            _isBusy = _inWindow >= gatherer.BusyFrom && age < 2 * gatherer.WindowTicks;
            (_windowBegan, _inWindow) = (_windowBegan + age, 0);
        }

        _inWindow++;
        return _isBusy || _inWindow > gatherer.BusyFrom;
    }

    /// <summary>Counts what may not be dropped; too much of it ends the connection.</summary>
    private bool HasRoom(int bytes)
    {
        if (_isClosed)
        {
            return false;
        }

        if (_bytes + bytes > bytesMax)
        {
            Count(CloseCode.SlowConsumer);
            Close();
            writer.Abort(CloseCode.SlowConsumer);
            return false;
        }

        _bytes += bytes;
        return true;
    }

    /// <summary>One that has ended already, or is ended twice, counts once.</summary>
    private void Count(CloseCode code)
    {
        if (!_isClosed)
        {
            meter?.Closed(code);
        }
    }

    private void Close()
    {
        _isClosed = true;
        _waiting = null;
        _packets.Clear();
        _bytes = 0;
        Release();
        ReleaseDrained();
    }

    private void Release()
    {
        _written?.TrySetResult();
        _written = null;
    }

    private void ReleaseDrained()
    {
        _drained?.TrySetResult();
        _drained = null;
    }

    /// <summary>Writes on the caller's thread as long as the socket takes everything at once.</summary>
    private void Write()
    {
        while (TakeAll() is { } batch)
        {
            var write = WriteTogether(batch);
            if (write.IsCompletedSuccessfully)
            {
                GiveBack(batch);
                continue;
            }

            _ = Finish(write, batch);
            return;
        }
    }

    private async Task Finish(ValueTask write, Batch batch)
    {
        try
        {
            await write;
        }
        catch (Exception)
        {
            // A socket that cannot be written to is about to be reported closed by its reader.
            End();
        }

        GiveBack(batch);
        Write();
    }

    private ValueTask WriteTogether(Batch batch)
    {
        try
        {
            return batch.Messages.Count == 1 ? writer.Write(batch.Messages[0]) : WriteJoined(batch);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    private async ValueTask WriteJoined(Batch batch)
    {
        var length = (int)(batch.Bytes + batch.DroppableBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var at = 0;
        foreach (var message in batch.Messages)
        {
            message.CopyTo(buffer.AsMemory(at));
            at += message.Length;
        }

        await writer.Write(buffer.AsMemory(0, length));
        // Not in a finally: after a failed write the transport may still hold the buffer.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private Batch? TakeAll()
    {
        lock (_gate)
        {
            if (_waiting is null && _packets.IsEmpty)
            {
                _isWriting = false;
                Release();
                ReleaseDrained();
                return null;
            }

            var messages = _waiting ?? Lists.Get();
            _waiting = null;
            var (bytes, droppableBytes) = (messages.Sum(static m => (long)m.Length), 0L);
            for (var left = PacketBytesPerWrite; left > 0 && !_packets.IsEmpty;)
            {
                var packet = _packets.Take();
                messages.Add(packet.Message);
                bytes += packet.MayBeDropped ? 0 : packet.Message.Length;
                droppableBytes += packet.MayBeDropped ? packet.Message.Length : 0;
                left -= packet.Message.Length;
            }

            return new Batch(messages, bytes, droppableBytes);
        }
    }

    private void GiveBack(Batch batch)
    {
        lock (_gate)
        {
            _bytes = Math.Max(0, _bytes - batch.Bytes);
            _packets.GiveBack(batch.DroppableBytes);
            Release();
        }

        Lists.Return(batch.Messages);
    }

    /// <summary>What goes out in one write.</summary>
    private readonly record struct Batch(List<ReadOnlyMemory<byte>> Messages, long Bytes, long DroppableBytes);

    private sealed class ListPolicy : PooledObjectPolicy<List<ReadOnlyMemory<byte>>>
    {
        private const int CapacityMax = 1_024;

        public override List<ReadOnlyMemory<byte>> Create() => [];

        public override bool Return(List<ReadOnlyMemory<byte>> obj)
        {
            obj.Clear();
            return obj.Capacity <= CapacityMax;
        }
    }
}
