namespace Orchestrator.Load.Wire;

/// <summary>Takes one message of a protocol as it came.</summary>
internal delegate void MessageSink(ReadOnlySpan<byte> message, long now);

/// <summary>Messages that end with 0x1e, as SignalR's JSON protocol has it. Nearly always a frame holds whole ones; what is cut is put together in a second buffer.</summary>
internal sealed class MessageSplitter(MessageSink sink)
{
    private const int BufferBytes = 16 * 1024;

    private byte[] _split = [];
    private int _length;

    public void Take(ReadOnlySpan<byte> text, long now)
    {
        if (_length > 0)
        {
            var end = text.IndexOf(Frame.Separator);
            Keep(end < 0 ? text : text[..end]);
            if (end < 0)
            {
                return;
            }

            sink(_split.AsSpan(0, _length), now);
            _length = 0;
            text = text[(end + 1)..];
        }

        while (text.IndexOf(Frame.Separator) is var end and >= 0)
        {
            sink(text[..end], now);
            text = text[(end + 1)..];
        }

        Keep(text);
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_length + part.Length > _split.Length)
        {
            Array.Resize(ref _split, Math.Max(BufferBytes, (_length + part.Length) * 2));
        }

        part.CopyTo(_split.AsSpan(_length));
        _length += part.Length;
    }
}
