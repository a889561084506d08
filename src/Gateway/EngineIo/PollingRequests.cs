using System.Buffers;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.EngineIo;

/// <summary>The requests of a connection that polls: a GET asks for what there is, a POST brings packets.</summary>
internal sealed class PollingRequests(EngineIoContext context)
{
    /// <summary>Answers a poll when there is something, or the connection has ended.</summary>
    public static async Task Poll(HttpContext http, EngineIoConnection connection, PollingTransport polling)
    {
        try
        {
            var frames = new ArrayBufferWriter<byte>();
            if (!await polling.Poll(frames, http.RequestAborted))
            {
                connection.End(Ending.Protocol("There is one poll at a time."));
                await EngineIoError.BadRequest.Write(http);
                return;
            }

            await Answer(http, connection.Version, frames.WrittenMemory, polling.IsInBase64);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // What it should have got is lost.
            connection.Lost();
        }
    }

    /// <summary>Hands over what a post brings; a client that sends faster than it is served waits for its answer.</summary>
    public async Task Post(HttpContext http, EngineIoConnection connection, PollingTransport polling)
    {
        if (!polling.BeginPost())
        {
            connection.End(Ending.Protocol("There is one post at a time."));
            await EngineIoError.BadRequest.Write(http);
            return;
        }

        try
        {
            if (await ReadBody(http) is not { } body)
            {
                connection.End(Ending.TooLarge("A post", context.Limits.FrameBytesMax));
                await (EngineIoError.BadRequest with { Message = connection.Ending!.Reason }).Write(http, StatusCodes.Status413PayloadTooLarge);
                return;
            }

            await HandOver(connection, body, IsInBytes(http));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            connection.Lost();
            return;
        }
        finally
        {
            polling.EndPost();
        }

        if (connection.Ending is { Reason.Length: > 0 } ending)
        {
            await (EngineIoError.BadRequest with { Message = ending.Reason }).Write(http);
            return;
        }

        http.Response.ContentType = MediaTypeNames.Text.Html;
        await http.Response.WriteAsync("ok", http.RequestAborted);
    }

    private static bool IsInBytes(HttpContext http) => http.Request.ContentType == MediaTypeNames.Application.Octet;

    private static async Task HandOver(EngineIoConnection connection, ReadOnlyMemory<byte> body, bool isInBytes)
    {
        if (body.IsEmpty || (isInBytes && connection.Version == EngineIoVersion.Four))
        {
            connection.End(Ending.Protocol("The body of the post is no payload."));
        }

        while (!body.IsEmpty && !connection.HasEnded)
        {
            if (!TryTake(connection.Version, isInBytes, ref body, out var packet))
            {
                connection.End(Ending.Protocol("The body of the post is no payload."));
                return;
            }

            await (packet.Kind == FrameKind.Text ? connection.Text(packet.Content) : connection.Binary(packet.Content));
        }
    }

    private static bool TryTake(EngineIoVersion version, bool isInBytes, ref ReadOnlyMemory<byte> body, out PollPacket packet)
    {
        if (version == EngineIoVersion.Four)
        {
            return PollDecoder.TryTakeFour(ref body, out packet);
        }

        return isInBytes ? PollDecoder.TryTakeThreeInBytes(ref body, out packet) : PollDecoder.TryTakeThree(ref body, out packet);
    }

    private static async Task Answer(HttpContext http, EngineIoVersion version, ReadOnlyMemory<byte> frames, bool isInBase64)
    {
        var body = new ArrayBufferWriter<byte>(frames.Length);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "text/plain; charset=UTF-8";
        if (version == EngineIoVersion.Four)
        {
            PollEncoder.WriteFour(body, frames.Span);
        }
        else if (isInBase64 || !PollEncoder.HasBinary(frames.Span))
        {
            PollEncoder.WriteThree(body, frames.Span);
        }
        else
        {
            http.Response.ContentType = MediaTypeNames.Application.Octet;
            PollEncoder.WriteThreeInBytes(body, frames.Span);
        }

        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    /// <summary>Null when it is too large.</summary>
    private async Task<byte[]?> ReadBody(HttpContext http)
    {
        var bytesMax = context.Limits.FrameBytesMax;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // Counted here, so that it is answered as this protocol does.
            size.MaxRequestBodySize = null;
        }

        if (http.Request.ContentLength > bytesMax)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>((int)(http.Request.ContentLength ?? 0) + 1);
        while (await http.Request.Body.ReadAsync(body.GetMemory(1), http.RequestAborted) is > 0 and var length)
        {
            body.Advance(length);
            if (body.WrittenCount > bytesMax)
            {
                return null;
            }
        }

        return body.WrittenSpan.ToArray();
    }
}
