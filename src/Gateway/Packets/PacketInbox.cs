using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.Users;

namespace Orchestrator.Packets;

/// <summary>What comes in on one packet socket, one message after the other. Every message that is refused is answered; one that is done is not.</summary>
internal sealed class PacketInbox(ClientConnection connection, Caller caller, OutboundQueue outbound, PacketInboxContext context)
{
    private const string Command = "SendData";

    private readonly Dictionary<uint, string> _kinds = [];
    private readonly RateAllowance _messages = new(context.Limits.CommandsPerSecondMax, context.Time);

    /// <summary>Done when the next one may be given, whatever came of it.</summary>
    public async Task Received(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await Take(bytes.Span, cancellationToken);
        }
        catch (Exception e)
        {
            Answer(bytes.Span, context.Runner.Translate(e, Command));
        }
    }

    private void Answer(ReadOnlySpan<byte> bytes, Refusal refusal)
    {
        var message = new PacketMessage(bytes);
        outbound.Enqueue(PacketFrames.Error(message.Handle, message.Seq, refusal));
    }

    private Task Take(ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        if (!_messages.TryTake())
        {
            throw new Refusal(RefusalCode.TooManyRequests, $"A packet socket may send {context.Limits.CommandsPerSecondMax} messages in a second.");
        }

        var message = new PacketMessage(bytes);
        message.DemandWellFormed();
        if (message.Type == PacketFrames.PacketType)
        {
            return Send(message, cancellationToken);
        }

        Bind(message.Handle, message.ReadKind());
        return Task.CompletedTask;
    }

    /// <summary>From now on the client's number stands for this kind; nothing is asked about it before a packet comes.</summary>
    private void Bind(uint handle, string kind)
    {
        // What it stood for before, it does not stand for any more, even if this is refused.
        _kinds.Remove(handle);
        Validation.Length(kind, "kind", context.Limits.NameLengthMax);
        if (kind.Length == 0)
        {
            throw new Refusal(RefusalCode.StreamKindMissing, "The kind of the data stream is missing.");
        }

        if (_kinds.Count >= context.Limits.StreamsPerUserMax)
        {
            throw new Refusal(RefusalCode.LimitReached, $"A packet socket names at most {context.Limits.StreamsPerUserMax} data streams.");
        }

        _kinds[handle] = kind;
    }

    /// <summary>The same command as on every other wire, with the same rights, rules and refusals.</summary>
    private Task<Answer<Nothing>> Send(PacketMessage message, CancellationToken cancellationToken)
    {
        if (!_kinds.TryGetValue(message.Handle, out var kind))
        {
            throw new Refusal(RefusalCode.StreamKindMissing, "It was not said which data stream this number stands for.");
        }

        if (connection.Caller?.Device != caller.Device)
        {
            throw new Refusal(RefusalCode.NotLoggedIn, "The user is not logged in.");
        }

        var parameters = new SendDataParameters(kind, message.ReadPayload(), message.SentAt);
        var sender = new CommandContext(connection.Origin, connection, caller, cancellationToken);
        return context.Meter.Watched(context.SendData, () => context.SendData.Run(sender, parameters, context.Limits));
    }
}

/// <summary>What packet sockets need of the process.</summary>
public sealed class PacketInboxContext(DataStreamCommands commands, CommandMeter meter, CommandRunner runner, ConnectionContext connection)
{
    public Command<SendDataParameters, Nothing> SendData => commands.SendData;

    public CommandMeter Meter => meter;

    public CommandRunner Runner => runner;

    public ConnectionContext Connection => connection;

    public Limits Limits => connection.Limits;

    public TimeProvider Time => connection.Time;
}
