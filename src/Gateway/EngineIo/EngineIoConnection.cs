using System.Buffers;
using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Connections;

namespace Orchestrator.EngineIo;

/// <summary>What a connection needs of the process.</summary>
public sealed record EngineIoContext(ConnectionContext Connection, IIdSource Ids, GatewayTag Gateway, Strays Strays, ILogger<EngineIoConnection> Log)
{
    public Limits Limits => Connection.Limits;

    public TimeProvider Time => Connection.Time;
}

/// <summary>
/// One Engine.IO connection, on whichever transport it is. Everything that goes out passes its queue; what comes in is handed to its conversation, one message after the other. While one is in
/// work, the next is waited for, so that signs of life are noticed, but not handed over: a client that sends faster than it is served is not read.
/// </summary>
public sealed class EngineIoConnection : IFrameWriter
{
    private readonly EngineIoContext _context;
    private readonly Heartbeat _heartbeat;
    private readonly Lock _gate = new();
    // Whose turn it is to call the conversation; the first is who begins it.
    private readonly SemaphoreSlim _turn = new(0, 1);
    private readonly long _openedAt;
    private volatile IEngineIoTransport _transport;
    private IConversation? _conversation;
    private volatile Task _handling = Task.CompletedTask;
    private volatile bool _isSettled;
    private volatile Ending? _ending;
    private TaskCompletionSource? _ended;
    private Task? _finished;
    private long _endedAt;

    internal EngineIoConnection(string id, EngineIoVersion version, IEngineIoTransport transport, EngineIoContext context)
    {
        _context = context;
        _transport = transport;
        _openedAt = context.Time.GetTimestamp();
        Id = id;
        Version = version;
        Outbound = context.Connection.Outbound(this, Lanes.One);
        _heartbeat = new Heartbeat(version, context);
    }

    /// <summary>Its "sid": the short name of its gateway, and what nobody can guess.</summary>
    public string Id { get; }

    public EngineIoVersion Version { get; }

    /// <summary>The way out to the client, in the form of <see cref="Frames"/>.</summary>
    public OutboundQueue Outbound { get; }

    /// <summary>Nothing that comes is handed over any more.</summary>
    public bool HasEnded => _ending is not null;

    /// <summary>Once it has ended: done when its conversation knows.</summary>
    public Task Finished
    {
        get
        {
            lock (_gate)
            {
                return _finished ?? throw new InvalidOperationException("It goes on.");
            }
        }
    }

    internal IEngineIoTransport Transport => _transport;

    /// <summary>Why it ended; null while it goes on.</summary>
    internal Ending? Ending => _ending;

    /// <summary>How long ago it ended.</summary>
    internal TimeSpan SinceEnd => _context.Time.GetElapsedTime(_endedAt);

    /// <summary>It is in use: it no longer ends because nobody entered.</summary>
    public void Settle() => _isSettled = true;

    /// <summary>Ends it from our side: tells the client why, and what waits is dropped. The first reason counts.</summary>
    public void End(Ending ending)
    {
        if (BeginEnd(ending))
        {
            _transport.Close(ending);
        }
    }

    ValueTask IFrameWriter.Write(ReadOnlyMemory<byte> messages)
    {
        var write = _transport.Write(messages);
        if (!write.IsCompletedSuccessfully)
        {
            return WriteAgain(write, messages);
        }

        return write.Result ? ValueTask.CompletedTask : WriteAgain(_transport.Write(messages), messages);
    }

    void IFrameWriter.Abort(CloseCode code) => End(Ending.Of(code));

    /// <summary>Says the first word, and begins the conversation.</summary>
    internal void Open(HttpContext handshake, ReadOnlySpan<byte> openPacket, Func<EngineIoConnection, HttpContext, IConversation> begin)
    {
        Outbound.Enqueue(Frames.Packet(openPacket));
        try
        {
            _conversation = begin(this, handshake);
        }
        catch (Exception e)
        {
            _context.Log.LogError(e, "Connection {Connection} could not begin", Id);
            End(Ending.Fault);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The client has gone, or its transport is broken.</summary>
    internal void Lost()
    {
        if (BeginEnd(Ending.Normal))
        {
            _transport.Close(Ending.Normal);
        }
    }

    /// <summary>Another transport comes in the place of the present one; what is not written yet goes there. False when it has ended.</summary>
    internal bool MoveTo(IEngineIoTransport transport)
    {
        lock (_gate)
        {
            if (HasEnded)
            {
                return false;
            }

            _transport = transport;
            return true;
        }
    }

    /// <summary>A text packet has come: the digit of its type, and what belongs to it. Done when the next one may come.</summary>
    internal ValueTask Text(ReadOnlyMemory<byte> packet)
    {
        _heartbeat.Heard();
        if (packet.IsEmpty)
        {
            End(Ending.Protocol("An Engine.IO packet is empty."));
            return ValueTask.CompletedTask;
        }

        var rest = packet[1..];
        switch (packet.Span[0])
        {
            case (byte)'4':
                return HandOver(rest, null);
            case (byte)'b':
                return BinaryInText(rest.Span);
            case (byte)'2' when Version == EngineIoVersion.Three:
                Outbound.Enqueue(Frames.Packet([(byte)'3', .. rest.Span]));
                break;
            case (byte)'3' when Version == EngineIoVersion.Four:
                break;
            case (byte)'2' or (byte)'3':
                End(Ending.Protocol("The heartbeat goes the other way in this version of Engine.IO."));
                break;
            case (byte)'1':
                End(Ending.Normal);
                break;
            case (byte)'0' or (byte)'5' or (byte)'6':
                // Means nothing here, and does no harm.
                break;
            default:
                End(Ending.Protocol("An Engine.IO packet is of no known type."));
                break;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A binary packet has come, of which a copy is kept. Done when the next one may come.</summary>
    internal ValueTask Binary(ReadOnlyMemory<byte> packet)
    {
        _heartbeat.Heard();
        if (Version == EngineIoVersion.Four)
        {
            return HandOver(default, packet.ToArray());
        }

        if (packet.Span is [4, ..])
        {
            return HandOver(default, packet[1..].ToArray());
        }

        End(Ending.Protocol("A binary Engine.IO packet is not of the type \"message\"."));
        return ValueTask.CompletedTask;
    }

    /// <summary>Time has passed: asks for a sign of life, or ends what gave none.</summary>
    internal void Tick()
    {
        if (HasEnded)
        {
            return;
        }

        if (!_isSettled && _context.Time.GetElapsedTime(_openedAt).TotalSeconds > _context.Limits.EntrySeconds)
        {
            End(new Ending(1008, "No namespace was entered in time."));
            return;
        }

        if (!_handling.IsCompleted)
        {
            // Who is not read cannot be heard.
            _heartbeat.Heard();
        }

        switch (_heartbeat.Tick())
        {
            case HeartbeatStep.Ask:
                Outbound.Enqueue(Frames.Packet("2"u8));
                break;
            case HeartbeatStep.Lost:
                End(Ending.Silence);
                break;
        }
    }

    private ValueTask BinaryInText(ReadOnlySpan<byte> text)
    {
        if (Version == EngineIoVersion.Three)
        {
            if (text is not [(byte)'4', ..])
            {
                End(Ending.Protocol("A binary Engine.IO packet is not of the type \"message\"."));
                return ValueTask.CompletedTask;
            }

            text = text[1..];
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done)
        {
            End(Ending.Protocol("A binary packet is no base64."));
            return ValueTask.CompletedTask;
        }

        return HandOver(default, written == bytes.Length ? bytes : bytes[..written]);
    }

    private async ValueTask WriteAgain(ValueTask<bool> write, ReadOnlyMemory<byte> messages)
    {
        while (!await write)
        {
            write = _transport.Write(messages);
        }
    }

    /// <summary>Waits for the message before, and hands this one over.</summary>
    private async ValueTask HandOver(ReadOnlyMemory<byte> text, byte[]? binary)
    {
        await _turn.WaitAsync();
        try
        {
            if (!_handling.IsCompleted)
            {
                await Task.WhenAny(_handling, Ended());
            }

            if (!HasEnded && _conversation is { } conversation)
            {
                _handling = Hand(conversation, text.Span, binary);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task Ended()
    {
        lock (_gate)
        {
            return HasEnded ? Task.CompletedTask : (_ended ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private Task Hand(IConversation conversation, ReadOnlySpan<byte> text, byte[]? binary)
    {
        try
        {
            var handling = binary is null ? conversation.Text(text) : conversation.Binary(binary);
            return handling.IsCompletedSuccessfully ? Task.CompletedTask : Watch(handling);
        }
        catch (Exception e)
        {
            Fail(e);
            return Task.CompletedTask;
        }
    }

    private async Task Watch(Task handling)
    {
        try
        {
            await handling;
        }
        catch (Exception e)
        {
            Fail(e);
        }

        // What it was is not kept until the next one.
        _handling = Task.CompletedTask;
    }

    private void Fail(Exception fault)
    {
        _context.Log.LogError(fault, "A message of connection {Connection} failed", Id);
        End(Ending.Fault);
    }

    private bool BeginEnd(Ending ending)
    {
        lock (_gate)
        {
            if (HasEnded)
            {
                return false;
            }

            _endedAt = _context.Time.GetTimestamp();
            _ending = ending;
            _ended?.SetResult();
            _finished = Finish();
        }

        _context.Log.LogInformation("Connection {Connection} ends: {Status} {Reason}", Id, ending.Status, ending.Reason);
        Outbound.End();
        return true;
    }

    /// <summary>Tells the conversation, behind what is in work.</summary>
    private async Task Finish()
    {
        await Task.Yield();
        await _turn.WaitAsync();
        await _handling;
        try
        {
            await (_conversation?.Ended() ?? Task.CompletedTask);
        }
        catch (Exception e)
        {
            _context.Log.LogError(e, "The end of connection {Connection} failed", Id);
        }

        // A message that has come meanwhile waits for its turn, and sees that it is too late.
        _turn.Release();
    }
}
