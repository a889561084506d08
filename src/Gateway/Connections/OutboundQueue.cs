using System.Buffers;

namespace Orchestrator.Connections;

/// <summary>Writes to one socket; done when the transport has taken the bytes.</summary>
public interface IFrameWriter
{
    /// <summary>Writes one or more whole messages in one go.</summary>
    ValueTask Write(ReadOnlyMemory<byte> messages);

    /// <summary>Ends the connection without waiting for it to take anything.</summary>
    void Abort(CloseCode code);
}

/// <summary>
/// What waits for one connection, bounded in bytes. It never makes its caller wait: what the socket does not take at once waits here, goes out in one
/// write when the socket is free again, and ends the connection when it has grown over the limit.
/// </summary>
public sealed class OutboundQueue(IFrameWriter writer, int bytesMax)
{
    private readonly Lock _gate = new();
    private List<ReadOnlyMemory<byte>> _waiting = [];
    private List<ReadOnlyMemory<byte>> _spare = [];
    private long _bytes;
    private bool _isWriting;
    private bool _isClosed;

    /// <summary>Bytes that wait now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Messages in the order given; after an overflow or an end they go nowhere.</summary>
    public void Enqueue(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            if (_bytes + message.Length > bytesMax)
            {
                Close();
                writer.Abort(CloseCode.SlowConsumer);
                return;
            }

            _waiting.Add(message);
            _bytes += message.Length;
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        Write();
    }

    /// <summary>Nothing more is written.</summary>
    public void End()
    {
        lock (_gate)
        {
            Close();
        }
    }

    private void Close()
    {
        _isClosed = true;
        _waiting.Clear();
        _bytes = 0;
    }

    /// <summary>Writes on the caller's thread as long as the socket takes everything at once.</summary>
    private void Write()
    {
        while (TakeAll() is { } messages)
        {
            var write = WriteTogether(messages);
            if (write.IsCompletedSuccessfully)
            {
                GiveBack(messages);
                continue;
            }

            _ = Finish(write, messages);
            return;
        }
    }

    private async Task Finish(ValueTask write, List<ReadOnlyMemory<byte>> messages)
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

        GiveBack(messages);
        Write();
    }

    private ValueTask WriteTogether(List<ReadOnlyMemory<byte>> messages)
    {
        try
        {
            return messages.Count == 1 ? writer.Write(messages[0]) : WriteJoined(messages);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    private async ValueTask WriteJoined(List<ReadOnlyMemory<byte>> messages)
    {
        var length = messages.Sum(m => m.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var at = 0;
        foreach (var message in messages)
        {
            message.CopyTo(buffer.AsMemory(at));
            at += message.Length;
        }

        await writer.Write(buffer.AsMemory(0, length));
        // Not in a finally: after a failed write the transport may still hold the buffer.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private List<ReadOnlyMemory<byte>>? TakeAll()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isWriting = false;
                return null;
            }

            var all = _waiting;
            _waiting = _spare;
            _spare = null!;
            return all;
        }
    }

    private void GiveBack(List<ReadOnlyMemory<byte>> messages)
    {
        lock (_gate)
        {
            _bytes = Math.Max(0, _bytes - messages.Sum(m => m.Length));
            messages.Clear();
            _spare = messages;
        }
    }
}
