using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.WebSockets;

/// <summary>Accepts WebSockets (RFC 6455, over HTTP/1.1) by hand, so that writing on them stays ours.</summary>
internal static class WebSocketHandshake
{
    private const string Salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16;

    /// <summary>Whether the request asks for one in a way that can be answered.</summary>
    public static bool IsAskedBy(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && HttpMethods.IsGet(http.Request.Method)
        && http.Request.Headers.Upgrade.Any(static h => string.Equals(h, "websocket", StringComparison.OrdinalIgnoreCase))
        && http.Request.Headers.SecWebSocketVersion == "13"
        && IsKey(http.Request.Headers.SecWebSocketKey.ToString());

    /// <summary>Answers with 101, and gives what the client and we write on from now on.</summary>
    public static Task<Stream> Accept(HttpContext http)
    {
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = AcceptOf(http.Request.Headers.SecWebSocketKey.ToString());
        return http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
    }

    /// <summary>The WebSocket on a stream. It validates what comes; heartbeats are those of Engine.IO, and nothing is compressed.</summary>
    public static WebSocket Open(Stream stream) => WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });

    /// <summary>The socket that the request came on; null when something encrypts in between.</summary>
    public static Socket? PlainSocketOf(HttpContext http) =>
        http.Features.Get<ITlsConnectionFeature>() is null && http.Features.Get<ITlsHandshakeFeature>() is null ? http.Features.Get<IConnectionSocketFeature>()?.Socket : null;

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return Convert.TryFromBase64String(key, bytes, out var length) && length == KeyBytes;
    }

    // The protocol wants this hash; it protects nothing.
#pragma warning disable CA5350
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Salt)));
#pragma warning restore CA5350
}
