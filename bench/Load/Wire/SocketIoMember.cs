using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Wire;

/// <summary>
/// One user on one Socket.IO connection (Engine.IO 4, WebSocket only), as VR2Gather's client speaks it. Deliveries are counted where they arrive; of the rest, only what is waited
/// for is read.
/// </summary>
internal sealed class SocketIoMember : IFrameSink, IDisposable
{
    private const string Path = "/socket.io/?EIO=4&transport=websocket";
    private const int CommandId = 0;
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(60);
    private static readonly byte[] EnterFrame = Frame.MaskedOf(Frame.Text, "40"u8);
    private static readonly byte[] PongFrame = Frame.MaskedOf(Frame.Text, "3"u8);

    private readonly Meter _meter;
    private readonly Deliveries _deliveries;
    private readonly WireConnection _connection;
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource<JsonElement>? _reply;

    private SocketIoMember(Uri server, Reactor reactor, Expected expected)
    {
        (_meter, _deliveries) = (expected.Meter, new Deliveries(expected));
        _connection = WireConnection.Open(new Uri(server, Path), reactor, this);
    }

    public string UserId { get; private set; } = "";

    /// <summary>Sees every event without an attachment, and every reply to what <see cref="Call"/> made; on the reactor's thread.</summary>
    public MessageSink? Others { get; set; }

    public Faults NumberFaults => _deliveries.Faults;

    /// <summary>Of the last delivery's text, as the server wrote it.</summary>
    public int TextBytes => _deliveries.TextBytes;

    /// <summary>A connection on which somebody is logged in.</summary>
    public static async Task<SocketIoMember> Open(Uri server, Reactor reactor, Expected expected, string userName)
    {
        var member = new SocketIoMember(server, reactor, expected);
        try
        {
            member._connection.Begin();
            await member._entered.Task.WaitAsync(ReplyTimeout);
            member.UserId = (await member.Command("Login", $$"""{"userName":"{{userName}}"}""")).GetProperty("userId").GetString()!;
            return member;
        }
        catch
        {
            member.Dispose();
            throw;
        }
    }

    /// <summary>A call that asks for a reply with this number, as a whole frame that can be sent again.</summary>
    /// <param name="arguments">JSON, with commas between.</param>
    public static byte[] Call(int id, string name, string arguments) =>
        Frame.MaskedOf(Frame.Text, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""42{{id}}["{{name}}",{{arguments}}]""")));

    /// <summary>Gives a command and answers the reply's body.</summary>
    public async Task<JsonElement> Command(string name, string arguments)
    {
        var reply = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _reply = reply;
        _connection.Send(Call(CommandId, name, arguments));
        var result = (await reply.Task.WaitAsync(ReplyTimeout))[0];
        return result.GetProperty("error").GetInt32() == 0
            ? result.GetProperty("body")
            : throw new InvalidOperationException($"{name} was refused: {result.GetProperty("message").GetString()}");
    }

    public void Send(ReadOnlySpan<byte> frames) => _connection.Send(frames);

    public PacketSender Sender(string text, byte[] data) => new(_connection, Encoding.UTF8.GetBytes(text), data);

    /// <summary>Reads no more, like a client whose machine hangs.</summary>
    public void Stall() => _connection.Stall();

    public void Resume() => _connection.Resume();

    public void Take(int opcode, ReadOnlySpan<byte> payload, long now)
    {
        if (opcode == Frame.Text && !_deliveries.TakeText(payload))
        {
            TakePacket(payload, now);
        }
        else if (opcode != Frame.Text && (opcode == Frame.Binary ? _deliveries.TakeAttachment(payload, now) : "a message came in parts") is { } fault)
        {
            Broken(fault);
        }
    }

    /// <summary>Here the server pings.</summary>
    public void KeepAlive()
    {
    }

    public void Broken(string reason)
    {
        _meter.BrokenBy(reason);
        var broken = new IOException($"The connection broke: {reason}.");
        _entered.TrySetException(broken);
        _reply?.TrySetException(broken);
    }

    public void Dispose() => _connection.Dispose();

    private void TakePacket(ReadOnlySpan<byte> packet, long now)
    {
        if (packet.SequenceEqual("2"u8))
        {
            _connection.Send(PongFrame);
        }
        else if (packet.StartsWith("430["u8))
        {
            TakeReply(packet["430".Length..]);
        }
        else if (packet.StartsWith("42"u8) || packet.StartsWith("43"u8))
        {
            Others?.Invoke(packet, now);
        }
        else if (packet.StartsWith("0{"u8))
        {
            _connection.Send(EnterFrame);
        }
        else if (packet.StartsWith("40"u8))
        {
            _entered.TrySetResult();
        }
        else
        {
            Broken(Encoding.UTF8.GetString(packet));
        }
    }

    private void TakeReply(ReadOnlySpan<byte> reply)
    {
        var reader = new Utf8JsonReader(reply);
        _reply?.TrySetResult(JsonElement.ParseValue(ref reader));
    }
}
