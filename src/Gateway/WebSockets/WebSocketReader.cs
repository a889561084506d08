using System.Buffers;
using System.Net.WebSockets;

namespace Orchestrator.WebSockets;

/// <summary>What came on a WebSocket.</summary>
internal enum WebSocketNews
{
    Text,
    Binary,

    /// <summary>More bytes than a message may have; what is left of it comes next.</summary>
    TooLarge,

    /// <summary>The client closes.</summary>
    Close,
}

/// <summary>Reads whole messages of a WebSocket. While none comes, it holds no buffer.</summary>
internal sealed class WebSocketReader(WebSocket socket, int bytesMax)
{
    private const int FirstBytes = 4_096;
    private const int NextBytes = 65_536;

    private byte[]? _buffer;
    private int _length;

    /// <summary>The bytes of the message that was read last, until the next one is read.</summary>
    public ReadOnlyMemory<byte> Message => _buffer.AsMemory(0, _length);

    public async ValueTask<WebSocketNews> Read()
    {
        Release();
        var result = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        while (result.MessageType != WebSocketMessageType.Close && !result.EndOfMessage)
        {
            if (_length > bytesMax)
            {
                return WebSocketNews.TooLarge;
            }

            if (_length == _buffer.Length)
            {
                Grow();
            }

            // It fills what it is given as far as the frame goes, so it gets no more than is looked at.
            result = await socket.ReceiveAsync(_buffer.AsMemory(_length, Math.Min(_buffer.Length, bytesMax + 1) - _length), CancellationToken.None);
            _length += result.Count;
        }

        return result.MessageType switch
        {
            WebSocketMessageType.Close => WebSocketNews.Close,
            _ when _length > bytesMax => WebSocketNews.TooLarge,
            WebSocketMessageType.Text => WebSocketNews.Text,
            _ => WebSocketNews.Binary,
        };
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _length = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(NextBytes, _length * 2));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer!);
        _buffer = larger;
    }
}
