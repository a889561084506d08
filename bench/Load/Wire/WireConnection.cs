using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Load.Wire;

/// <summary>Takes the messages of one connection, on the reactor's thread.</summary>
internal interface IMessageSink
{
    void Message(ReadOnlySpan<byte> message, long now);

    /// <summary>The connection ended, and not by us.</summary>
    void Broken(string reason);
}

/// <summary>A WebSocket on which messages end with 0x1e, as SignalR's JSON protocol has it.</summary>
internal sealed class WireConnection : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int MessageBytesMax = 64 * 1_048_576;
    private const int SendMicroseconds = 100_000;
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(20);
    private static readonly byte[] KeepAliveFrame = Frame.Of("""{"type":6}""");

    private readonly Lock _sending = new();
    private readonly Socket _socket;
    private readonly Reactor _reactor;
    private readonly IMessageSink _sink;
    private byte[] _raw = new byte[BufferBytes];
    private byte[] _split = [];
    private int _rawLength;
    private int _splitLength;
    private volatile bool _isClosed;

    private WireConnection(Socket socket, Reactor reactor, IMessageSink sink)
    {
        (_socket, _reactor, _sink) = (socket, reactor, sink);
        File = (int)socket.Handle;
    }

    public int File { get; }

    /// <summary>Connects and upgrades; blocks, because a socket that was ever used asynchronously costs two wake-ups per message.</summary>
    public static WireConnection Open(Uri url, Reactor reactor, IMessageSink sink)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)OpenTimeout.TotalMilliseconds,
            SendTimeout = (int)OpenTimeout.TotalMilliseconds,
        };
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, url.Port));
            Upgrade(socket, url);
            socket.Blocking = false;
            var connection = new WireConnection(socket, reactor, sink);
            reactor.Add(connection);
            return connection;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException)
            {
                throw new IOException($"Cannot connect to {url}: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Sends whole frames.</summary>
    public void Send(ReadOnlySpan<byte> frames)
    {
        lock (_sending)
        {
            var since = Stopwatch.GetTimestamp();
            while (!frames.IsEmpty && !_isClosed)
            {
                var sent = _socket.Send(frames, SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock && Stopwatch.GetElapsedTime(since) < OpenTimeout)
                {
                    _socket.Poll(SendMicroseconds, SelectMode.SelectWrite);
                    continue;
                }

                if (error != SocketError.Success)
                {
                    Break($"sending failed: {error}");
                    return;
                }

                frames = frames[sent..];
            }
        }
    }

    public void KeepAlive() => Send(KeepAliveFrame);

    /// <summary>Reads what has arrived.</summary>
    public void Receive()
    {
        if (_isClosed)
        {
            return;
        }

        if (_rawLength == _raw.Length)
        {
            Array.Resize(ref _raw, Math.Min(_raw.Length * 2, MessageBytesMax));
        }

        int count;
        SocketError error;
        try
        {
            count = _socket.Receive(_raw.AsSpan(_rawLength), SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            Break(error == SocketError.Success ? "the server ended it" : $"{error}");
            return;
        }

        _rawLength += count;
        TakeFrames(Stopwatch.GetTimestamp());
    }

    public void Dispose()
    {
        _isClosed = true;
        _reactor.Remove(this);
        _socket.Dispose();
    }

    private static void Upgrade(Socket socket, Uri url)
    {
        var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: b3JjaGVzdHJhdG9yYmVuYw==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        socket.Send(Encoding.ASCII.GetBytes(request));
        var answer = new byte[4096];
        var length = 0;
        while (!answer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            // Byte for byte would be slow for a page; the servers here say nothing before they are spoken to.
            var count = length < answer.Length ? socket.Receive(answer.AsSpan(length)) : 0;
            if (count == 0)
            {
                throw new IOException($"{url} does not upgrade: {Encoding.ASCII.GetString(answer, 0, length)}");
            }

            length += count;
        }

        if (!answer.AsSpan(0, length).StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException($"{url} does not upgrade: {Encoding.ASCII.GetString(answer, 0, length)}");
        }
    }

    private void TakeFrames(long now)
    {
        var at = 0;
        while (true)
        {
            var rest = _raw.AsSpan(at, _rawLength - at);
            var header = Frame.ReadHeader(rest, out var opcode, out var length);
            if (header == 0 || rest.Length < header + length)
            {
                break;
            }

            Take(opcode, rest.Slice(header, (int)length), now);
            at += header + (int)length;
            if (_isClosed)
            {
                return;
            }
        }

        _raw.AsSpan(at, _rawLength - at).CopyTo(_raw);
        _rawLength -= at;
    }

    private void Take(int opcode, ReadOnlySpan<byte> payload, long now)
    {
        switch (opcode)
        {
            case Frame.Close:
                Break("the server closed it");
                break;
            case Frame.Ping:
                Send(Frame.PongOf(payload));
                break;
            case < Frame.Close:
                TakeText(payload, now);
                break;
        }
    }

    /// <summary>Nearly always a frame holds whole messages; what is cut is put together in a second buffer.</summary>
    private void TakeText(ReadOnlySpan<byte> text, long now)
    {
        if (_splitLength > 0)
        {
            var end = text.IndexOf(Frame.Separator);
            Keep(end < 0 ? text : text[..end]);
            if (end < 0)
            {
                return;
            }

            _sink.Message(_split.AsSpan(0, _splitLength), now);
            _splitLength = 0;
            text = text[(end + 1)..];
        }

        while (text.IndexOf(Frame.Separator) is var end and >= 0)
        {
            _sink.Message(text[..end], now);
            text = text[(end + 1)..];
        }

        Keep(text);
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_splitLength + part.Length > _split.Length)
        {
            Array.Resize(ref _split, Math.Max(BufferBytes, (_splitLength + part.Length) * 2));
        }

        part.CopyTo(_split.AsSpan(_splitLength));
        _splitLength += part.Length;
    }

    private void Break(string reason)
    {
        _isClosed = true;
        _reactor.Remove(this);
        _sink.Broken(reason);
    }
}
