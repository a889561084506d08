using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Connections;
using Orchestrator.Security;
using Orchestrator.Users;
using Orchestrator.WebSockets;

namespace Orchestrator.Packets;

/// <summary>Opens packet sockets: binary WebSockets beside the connections of clients that are logged in.</summary>
public sealed class PacketSockets(PacketTokens tokens, ConnectionTable connections, Strays strays, PacketDialect dialect, PacketInboxContext context)
{
    /// <summary>Answers a request for one; done when the socket has ended. Refusals: <see cref="RefusalCode.NotLoggedIn"/>, <see cref="RefusalCode.CredentialsInvalid"/>, <see cref="RefusalCode.BadRequest"/>.</summary>
    public async Task Open(HttpContext http)
    {
        var (connection, caller) = Find(http.Request.Token());
        if (!WebSocketHandshake.IsAskedBy(http))
        {
            throw Refusal.BadRequest("This address is opened as a WebSocket, over HTTP/1.1.");
        }

        var socket = await PacketSocket.Accept(http, context.Limits);
        var outbound = context.Connection.Outbound(socket, Lanes.Two);
        var exit = new PacketExit(dialect, outbound, context.Connection.Meter);
        connection.Lead(exit, caller.Device);
        try
        {
            await socket.Run(new PacketInbox(connection, caller, outbound, context), outbound);
        }
        finally
        {
            connection.LeadBack(exit);
        }
    }

    private (ClientConnection Connection, Caller Caller) Find(string? token)
    {
        if (token is null)
        {
            throw new Refusal(RefusalCode.NotLoggedIn, "A packet token is needed; GetPacketToken gives one.");
        }

        var seat = tokens.Read(token) ?? throw NotValid();
        if (seat.Connection.Gateway is { } gateway && gateway != context.Connection.Gateway.Value)
        {
            strays.Came("A packet socket", GatewayTag.Of(gateway));
            throw Elsewhere();
        }

        return connections.Find(seat.Connection) is { IsEnding: false } connection && connection.Caller is { } caller && caller.Device == seat.Device && caller.User == seat.User
            ? (connection, caller)
            : throw NotValid();
    }

    private static Refusal Elsewhere() =>
        new(RefusalCode.CredentialsInvalid, "The packet token was given by another gateway: a packet socket is opened at the gateway of its connection, on which a proxy must keep the client.");

    private static Refusal NotValid() =>
        new(RefusalCode.CredentialsInvalid, "The packet token is not valid, or not any more: its device must be logged in on the same connection, at this gateway.");
}

/// <summary>The address of packet sockets.</summary>
internal static class PacketEndpoint
{
    public static void MapPackets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/packets", static (HttpContext http, PacketSockets sockets) => sockets.Open(http)).WithMetadata(OwnToken.Instance).ExcludeFromDescription();
}
