using System.Net.Sockets;

namespace Orchestrator.WebSockets;

/// <summary>
/// All that goes out to one WebSocket: whole frames, one write at a time, so that they never interleave. It begins on the stream of the upgraded request, and may go on to the socket
/// below, where a write needs no other thread.
/// </summary>
internal sealed class SocketWriter(Stream stream)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Socket? _socket;
    private int _writes;

    /// <summary>Whether writes go to the socket itself.</summary>
    public bool IsDirect => Volatile.Read(ref _socket) is not null;

    /// <summary>Writes frames; done when the transport has taken them.</summary>
    public ValueTask Write(ReadOnlyMemory<byte> frames)
    {
        if (!_turn.Wait(TimeSpan.Zero))
        {
            return WriteInTurn(frames);
        }

        var write = Send(frames);
        if (!write.IsCompletedSuccessfully)
        {
            return Finish(write);
        }

        write.GetAwaiter().GetResult();
        _turn.Release();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Goes over to the socket, on a frame that a client sends only when it has the one that was written before. With more than that one on the stream there is no telling
    /// whether all of it has left, so it stays there.
    /// </summary>
    public void GoDirect(Socket socket)
    {
        if (!_turn.Wait(TimeSpan.Zero))
        {
            return;
        }

        if (_writes == 1)
        {
            // Whoever reads on it does not block anyway.
            socket.Blocking = false;
            Volatile.Write(ref _socket, socket);
        }

        _turn.Release();
    }

    private async ValueTask WriteInTurn(ReadOnlyMemory<byte> frames)
    {
        await _turn.WaitAsync();
        await Finish(Send(frames));
    }

    private async ValueTask Finish(ValueTask write)
    {
        try
        {
            await write;
        }
        finally
        {
            _turn.Release();
        }
    }

    private ValueTask Send(ReadOnlyMemory<byte> frames)
    {
        try
        {
            if (_socket is { } socket)
            {
                return Send(socket, frames);
            }

            _writes++;
            return stream.WriteAsync(frames);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <summary>Mostly the kernel takes all of it at once, and then nothing is kept for a wait.</summary>
    private static ValueTask Send(Socket socket, ReadOnlyMemory<byte> frames)
    {
        var sent = socket.Send(frames.Span, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success when sent == frames.Length => ValueTask.CompletedTask,
            SocketError.Success or SocketError.WouldBlock => SendRest(socket, frames[sent..]),
            _ => ValueTask.FromException(new SocketException((int)error)),
        };
    }

    private static async ValueTask SendRest(Socket socket, ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
        }
    }
}
