using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.WebSockets;

namespace Orchestrator.EngineIo;

/// <summary>
/// The address of Engine.IO, for clients of versions 3 and 4: handshakes, WebSockets, polls and posts, and the way from polling to a WebSocket. What it refuses, it refuses with Engine.IO's codes.
/// </summary>
internal sealed class EngineIoEndpoint(
    EngineIoConnections connections, EngineIoContext context, OriginRule origins, Func<EngineIoConnection, HttpContext, IConversation> begin)
{
    private const string WebSocketName = "websocket";
    private const string PollingName = "polling";
    private const string Base64Key = "b64";

    private readonly PollingRequests _posts = new(context);

    public Task Serve(HttpContext http)
    {
        if (!origins.Allows(http))
        {
            return EngineIoError.Forbidden.Write(http, StatusCodes.Status403Forbidden);
        }

        var query = http.Request.Query;
        if (query.ContainsKey("j"))
        {
            return (EngineIoError.BadRequest with { Message = "JSONP is not served; use XHR polling or a WebSocket" }).Write(http);
        }

        return (query["transport"].ToString(), query["sid"].ToString()) switch
        {
            (WebSocketName, "") => BeginOnWebSocket(http),
            (WebSocketName, var id) => Upgrade(http, id),
            (PollingName, "") => BeginPolling(http),
            (PollingName, var id) => GoOnPolling(http, id),
            _ => EngineIoError.UnknownTransport.Write(http),
        };
    }

    private static EngineIoVersion? VersionOf(HttpContext http) => http.Request.Query["EIO"].ToString() switch
    {
        "3" => EngineIoVersion.Three,
        "4" => EngineIoVersion.Four,
        _ => null,
    };

    private async Task BeginOnWebSocket(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            await EngineIoError.BadMethod.Write(http);
            return;
        }

        if (!WebSocketHandshake.IsAskedBy(http))
        {
            await (EngineIoError.BadRequest with { Message = "A WebSocket is opened over HTTP/1.1" }).Write(http);
            return;
        }

        if (VersionOf(http) is not { } version)
        {
            await EngineIoError.UnsupportedVersion.Write(http);
            return;
        }

        var transport = await WebSocketTransport.Accept(http, context);
        var connection = Begin(http, version, transport, upgrades: "");
        await http.Last(() => transport.Run(connection, connections));
    }

    private async Task Upgrade(HttpContext http, string id)
    {
        if (connections.Find(id) is not { } connection)
        {
            await Unknown(http, id);
            return;
        }

        if (connection.Transport is not PollingTransport polling || !WebSocketHandshake.IsAskedBy(http))
        {
            await EngineIoError.BadRequest.Write(http);
            return;
        }

        var transport = await WebSocketTransport.Accept(http, context);
        await http.Last(() => transport.Upgrade(connection, polling, connections));
    }

    private async Task BeginPolling(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            await EngineIoError.BadMethod.Write(http);
            return;
        }

        if (VersionOf(http) is not { } version)
        {
            await EngineIoError.UnsupportedVersion.Write(http);
            return;
        }

        if (!connections.TryBeginPolling())
        {
            await (EngineIoError.BadRequest with { Message = "Too many clients poll; use a WebSocket" }).Write(http, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        var polling = new PollingTransport(context.Limits.FrameBytesMax, http.Request.Query.ContainsKey(Base64Key));
        var connection = Begin(http, version, polling, upgrades: $"\"{WebSocketName}\"");
        await PollingRequests.Poll(http, connection, polling);
    }

    private Task GoOnPolling(HttpContext http, string id)
    {
        if (connections.Find(id) is not { } connection)
        {
            return Unknown(http, id);
        }

        return connection.Transport switch
        {
            PollingTransport polling when HttpMethods.IsGet(http.Request.Method) => PollingRequests.Poll(http, connection, polling),
            PollingTransport polling when HttpMethods.IsPost(http.Request.Method) => _posts.Post(http, connection, polling),
            _ => EngineIoError.BadRequest.Write(http),
        };
    }

    /// <summary>The connection has ended, or it is at another gateway, which says where the fault is.</summary>
    private Task Unknown(HttpContext http, string id)
    {
        if (context.Gateway.Elsewhere(id) is { } gateway)
        {
            context.Strays.Came($"An Engine.IO request ({http.Request.Method})", gateway);
        }

        return EngineIoError.UnknownSession.Write(http);
    }

    private EngineIoConnection Begin(HttpContext http, EngineIoVersion version, IEngineIoTransport transport, string upgrades)
    {
        var limits = context.Limits;
        var connection = new EngineIoConnection(context.Gateway.Before(context.Ids.Next()), version, transport, context);
        connections.Add(connection);
        var open = string.Create(
            CultureInfo.InvariantCulture,
            $$"""0{"sid":"{{connection.Id}}","upgrades":[{{upgrades}}],"pingInterval":{{(int)limits.Heartbeat.TotalMilliseconds}},"pingTimeout":{{(int)limits.HeartbeatTimeout.TotalMilliseconds}},"maxPayload":{{limits.FrameBytesMax}}}""");
        connection.Open(http, Encoding.UTF8.GetBytes(open), begin);
        return connection;
    }
}
