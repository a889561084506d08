using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Load.Wire;

/// <summary>Takes what comes on one connection, on the reactor's thread.</summary>
internal interface IFrameSink
{
    /// <summary>A frame with data, without its header.</summary>
    void Take(int opcode, ReadOnlySpan<byte> payload, long now);

    /// <summary>Comes now and then, for protocols whose clients must say that they are there.</summary>
    void KeepAlive();

    /// <summary>The connection ended, and not by us.</summary>
    void Broken(string reason);
}

/// <summary>A client's WebSocket; of an address that begins with tcp, the frames alone.</summary>
internal sealed class WireConnection : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int MessageBytesMax = 64 * 1_048_576;
    private const int SendMicroseconds = 100_000;
    private const int StalledBytes = 4_096;
    private const string Bare = "tcp";
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(20);

    private readonly Lock _sending = new();
    private readonly Socket _socket;
    private readonly Reactor _reactor;
    private readonly IFrameSink _sink;
    private byte[] _raw = new byte[BufferBytes];
    private int _rawLength;
    private volatile bool _isClosed;

    private WireConnection(Socket socket, Reactor reactor, IFrameSink sink)
    {
        (_socket, _reactor, _sink) = (socket, reactor, sink);
        File = (int)socket.Handle;
    }

    public int File { get; }

    /// <summary>Connects and upgrades; nothing is read before <see cref="Begin"/>. Blocks, because a socket that was ever used asynchronously costs two wake-ups per message.</summary>
    public static WireConnection Open(Uri url, Reactor reactor, IFrameSink sink)
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
            var connection = new WireConnection(socket, reactor, sink);
            if (url.Scheme != Bare)
            {
                connection.Upgrade(url);
            }

            socket.Blocking = false;
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

    /// <summary>Takes what came with the answer to the upgrade, and lets the reactor read the rest.</summary>
    public void Begin()
    {
        TakeFrames(Stopwatch.GetTimestamp());
        _reactor.Add(this);
    }

    /// <summary>Reads no more, like a client whose machine hangs.</summary>
    public void Stall()
    {
        _reactor.Remove(this);
        _socket.ReceiveBufferSize = StalledBytes;
    }

    /// <summary>Reads again.</summary>
    public void Resume() => _reactor.Add(this);

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

    public void KeepAlive() => _sink.KeepAlive();

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

    private void Upgrade(Uri url)
    {
        var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: b3JjaGVzdHJhdG9yYmVuYw==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        _socket.Send(Encoding.ASCII.GetBytes(request));
        var answer = new byte[4096];
        var length = 0;
        int end;
        while ((end = answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var count = length < answer.Length ? _socket.Receive(answer.AsSpan(length)) : 0;
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

        // A server may speak first.
        var rest = answer.AsSpan(end + 4, length - end - 4);
        rest.CopyTo(_raw);
        _rawLength = rest.Length;
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
                _sink.Take(opcode, payload, now);
                break;
        }
    }

    private void Break(string reason)
    {
        _isClosed = true;
        _reactor.Remove(this);
        _sink.Broken(reason);
    }
}
