using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Tests;

/// <summary>A client that writes the bytes of a WebSocket itself, so that they may be wrong.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _tcp = new() { NoDelay = true };

    private NetworkStream? _stream;

    private NetworkStream Stream => _stream ??= _tcp.GetStream();

    /// <summary>Opens a WebSocket and hears the first packet.</summary>
    public static async Task<RawClient> Open(EchoServer server, string query = "EIO=4&transport=websocket")
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(server.Address.Host, server.Address.Port);
        var answer = await client.Ask(
            $"GET /socket.io/?{query} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        answer.ShouldContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        await client.Hear();
        return client;
    }

    /// <summary>A text frame.</summary>
    public Task Say(string text) => Write(Frame(0x81, Encoding.UTF8.GetBytes(text)));

    public Task Write(byte[] bytes) => Stream.WriteAsync(bytes).AsTask();

    /// <summary>Sends no more, but goes on reading.</summary>
    public void CloseHalf() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next frame: its first byte and what it carries; null at the end.</summary>
    public async Task<(byte Kind, byte[] Content)?> Hear()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var head = new byte[10];
            await Stream.ReadExactlyAsync(head.AsMemory(0, 2), patience.Token);
            var length = (int)head[1];
            if (length >= 126)
            {
                var bytes = length == 126 ? 2 : 8;
                await Stream.ReadExactlyAsync(head.AsMemory(2, bytes), patience.Token);
                length = bytes == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2)) : (int)BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(2));
            }

            var content = new byte[length];
            await Stream.ReadExactlyAsync(content, patience.Token);
            return (head[0], content);
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Hears until the server ends the connection; gives the status of its close frame, null without one.</summary>
    public async Task<int?> HearTheEnd()
    {
        int? status = null;
        while (await Hear() is var (kind, content))
        {
            status ??= kind == 0x88 && content.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(content) : null;
        }

        return status;
    }

    public void Dispose() => _tcp.Dispose();

    /// <summary>A masked frame; the mask is zero.</summary>
    public static byte[] Frame(byte kind, byte[] content)
    {
        var head = content.Length switch
        {
            < 126 => new byte[] { kind, (byte)(0x80 | content.Length) },
            <= ushort.MaxValue => [kind, 0xfe, (byte)(content.Length >> 8), (byte)content.Length],
            _ => [kind, 0xff, 0, 0, 0, 0, (byte)(content.Length >> 24), (byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length],
        };
        return [.. head, 0, 0, 0, 0, .. content];
    }

    private async Task<string> Ask(string request)
    {
        await Write(Encoding.ASCII.GetBytes(request));
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await Stream.ReadAsync(one) == 1)
        {
            answer.Append((char)one[0]);
        }

        return answer.ToString();
    }
}
