using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.Load.Servers;

/// <summary>
/// The least that a server of this platform must do: what one connection of a room sends goes to all of them (or to the first), as it came. No users, no rights, no
/// numbers, no order beyond the socket's, and a reader that stalls stalls the others.
/// </summary>
internal static class FloorServer
{
    public const string Path = "/floor";

    /// <summary>Connections that wait and hold no buffer meanwhile.</summary>
    public const string IdlePath = "/idle";

    private const int BufferBytes = 256 * 1024;

    public static async Task Run(string urls, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls(urls);
        await using var app = builder.Build();
        var rooms = new ConcurrentDictionary<string, Room>();
        app.UseWebSockets();
        app.Run(http => Serve(http, rooms));
        await app.StartAsync(cancellationToken);
        Console.WriteLine($"listening on {app.Urls.First()}");
        await ((IHost)app).WaitForShutdownAsync(cancellationToken);
    }

    private static async Task Serve(HttpContext http, ConcurrentDictionary<string, Room> rooms)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (http.Request.Path == IdlePath)
        {
            await Idle(http);
            return;
        }

        var room = rooms.GetOrAdd(http.Request.Query["room"].ToString(), static _ => new Room());
        var isToFirst = http.Request.Query.ContainsKey("to-first");
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var peer = new Peer(socket);
        room.Enter(peer);
        try
        {
            await Pass(socket, room, isToFirst, http.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client has gone.
        }
        finally
        {
            room.Leave(peer);
        }
    }

    /// <summary>Until anything comes.</summary>
    private static async Task Idle(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        try
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, http.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client has gone.
        }
    }

    private static async Task Pass(WebSocket socket, Room room, bool isToFirst, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            length += received.Count;
            if (!received.EndOfMessage)
            {
                continue;
            }

            var message = buffer.AsMemory(0, length);
            length = 0;
            if (message.Length < Wire.EventData.BytesMin)
            {
                continue; // it only keeps the connection alive
            }

            foreach (var peer in room.Peers)
            {
                await peer.Send(message, cancellationToken);
                if (isToFirst)
                {
                    break;
                }
            }
        }
    }

    private sealed class Room
    {
        private readonly Lock _gate = new();
        private volatile Peer[] _peers = [];

        public Peer[] Peers => _peers;

        public void Enter(Peer peer)
        {
            lock (_gate)
            {
                _peers = [.. _peers, peer];
            }
        }

        public void Leave(Peer peer)
        {
            lock (_gate)
            {
                _peers = [.. _peers.Where(p => p != peer)];
            }
        }
    }

    private sealed class Peer(WebSocket socket)
    {
        private readonly SemaphoreSlim _turn = new(1);

        public async ValueTask Send(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
            catch (WebSocketException)
            {
                // Its own loop takes it out.
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
