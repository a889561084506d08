using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Connections;
using Orchestrator.EngineIo;
using Orchestrator.SocketIo;
using Orchestrator.VrTogether;

namespace Orchestrator.Tests;

/// <summary>Between a client and the application, without a transport: what is tested over it is the application alone.</summary>
internal sealed class DirectPipe : IFramePipe, IFrameWriter
{
    private readonly EngineIoVersion _version;
    private readonly IFrameSink _sink;
    private readonly Channel<SocketIoEvent> _events = Channel.CreateUnbounded<SocketIoEvent>();
    private readonly CancellationTokenSource _cut = new();
    private readonly Task _served;

    public DirectPipe(HubServer server, EngineIoVersion version, string query, IFrameSink sink)
    {
        (_version, _sink) = (version, sink);
        _served = Serve(Visit(server, version, query, this).Enter("/", Guid.CreateVersion7().ToString(), null));
    }

    /// <summary>A client that has entered nothing yet.</summary>
    public static ISocketIoVisitor Visit(HubServer server, EngineIoVersion version, string query = "", IFrameWriter? writer = null)
    {
        var handshake = new DefaultHttpContext();
        handshake.Connection.RemoteIpAddress = IPAddress.Loopback;
        handshake.Request.QueryString = new QueryString(query);
        return server.Services.GetRequiredService<VrTogetherApplication>().Opened(handshake, version, new OutboundQueue(writer ?? new Nowhere(), 16 * 1_048_576));
    }

    public void Send(string text, params IReadOnlyList<byte[]> attachments) => _events.Writer.TryWrite(Read(text, attachments));

    public void Cut() => _cut.Cancel();

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _served;
        _cut.Dispose();
    }

    ValueTask IFrameWriter.Write(ReadOnlyMemory<byte> messages)
    {
        for (var rest = messages.Span; !rest.IsEmpty;)
        {
            rest = TakeFrame(rest);
        }

        return ValueTask.CompletedTask;
    }

    void IFrameWriter.Abort(CloseCode code)
    {
        _sink.Closed((int)code, code.ToString());
        Cut();
    }

    private static SocketIoEvent Read(string text, IReadOnlyList<byte[]> attachments)
    {
        var array = text.IndexOf('[', StringComparison.Ordinal);
        var head = text[2..array];
        var id = head[(head.IndexOf('-', StringComparison.Ordinal) + 1)..];
        var all = JsonElement.Parse(text[array..]).EnumerateArray().ToArray();
        return new(
            all[0].GetString()!,
            [.. all[1..].Select(a => Payload.PartOf(a, [.. attachments]))],
            id.Length == 0 ? null : long.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task Serve(ISocketIoHandler handler)
    {
        try
        {
            await foreach (var received in _events.Reader.ReadAllAsync(_cut.Token))
            {
                await handler.Received(received);
            }
        }
        catch (OperationCanceledException)
        {
            // It was cut.
        }

        await handler.Left();
    }

    private ReadOnlySpan<byte> TakeFrame(ReadOnlySpan<byte> rest)
    {
        var (length, at) = rest[1] switch
        {
            126 => (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), 4),
            127 => ((int)BinaryPrimitives.ReadUInt64BigEndian(rest[2..]), 10),
            var l => ((int)l, 2),
        };
        var body = rest.Slice(at, length);
        if (rest[0] == 0x81)
        {
            _sink.Text(Encoding.UTF8.GetString(body));
        }
        else
        {
            _sink.Binary((_version == EngineIoVersion.Three ? body[1..] : body).ToArray());
        }

        return rest[(at + length)..];
    }

    /// <summary>For who is not let in.</summary>
    private sealed class Nowhere : IFrameWriter
    {
        public ValueTask Write(ReadOnlyMemory<byte> messages) => ValueTask.CompletedTask;

        public void Abort(CloseCode code)
        {
            // There is nobody who could hear it.
        }
    }
}
