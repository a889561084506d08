using Microsoft.AspNetCore.Http;

namespace Orchestrator.EngineIo;

/// <summary>What a request is refused with, in the shape and with the codes of Engine.IO.</summary>
public sealed record EngineIoError(int Code, string Message)
{
    public static EngineIoError UnknownTransport { get; } = new(0, "Transport unknown");

    public static EngineIoError UnknownSession { get; } = new(1, "Session ID unknown");

    public static EngineIoError BadMethod { get; } = new(2, "Bad handshake method");

    public static EngineIoError BadRequest { get; } = new(3, "Bad request");

    public static EngineIoError Forbidden { get; } = new(4, "Pages of this origin may not connect");

    public static EngineIoError UnsupportedVersion { get; } = new(5, "Unsupported protocol version");

    /// <summary>Answers with it.</summary>
    public Task Write(HttpContext http, int status = StatusCodes.Status400BadRequest)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(this, Json.Wire, http.RequestAborted);
    }
}
