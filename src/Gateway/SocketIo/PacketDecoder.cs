using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Orchestrator.SocketIo;

/// <summary>Makes packets of the messages of one connection: a text, and the binary attachments that follow it.</summary>
internal sealed class PacketDecoder(Limits limits)
{
    private static readonly FrozenSet<string> Reserved =
        FrozenSet.Create(StringComparer.Ordinal, "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    private Unfinished? _unfinished;

    /// <summary>
    /// Takes the packet whose attachments have not all come, if there is one: what is missing counts as empty. To be called before a text, because a common client announces empty
    /// attachments and never sends them.
    /// </summary>
    public Packet? TakeUnfinished()
    {
        var unfinished = _unfinished;
        _unfinished = null;
        return unfinished?.Finish();
    }

    /// <summary>A text has come.</summary>
    public Decoded Text(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        if (PacketHead.Take(ref text, out var head) is { } mistake)
        {
            return Decoded.Wrong(mistake);
        }

        try
        {
            return head.Type switch
            {
                PacketType.Connect => Decoded.Whole(new Packet(head.Type, head.Namespace, Auth: AuthOf(text))),
                PacketType.Disconnect => Decoded.Whole(new Packet(head.Type, head.Namespace)),
                PacketType.ConnectError => Decoded.Wrong("A client refuses no connection."),
                _ => WithArguments(head, text, length),
            };
        }
        catch (JsonException e)
        {
            return Decoded.Wrong(e.Path is null && e.LineNumber is null ? e.Message : "A packet is no JSON, or nests too deep.");
        }
        catch (InvalidOperationException)
        {
            return Decoded.Wrong("A text of a packet has half of a character pair.");
        }
    }

    /// <summary>An attachment has come, which may be kept.</summary>
    public Decoded Binary(byte[] attachment)
    {
        if (_unfinished is not { } unfinished)
        {
            return Decoded.Wrong("A binary message was announced by no packet.");
        }

        if (unfinished.Bytes + (long)attachment.Length > limits.PacketBytesMax)
        {
            return Decoded.TooLarge(limits.PacketBytesMax);
        }

        unfinished.Add(attachment);
        return unfinished.IsComplete ? Decoded.Whole(TakeUnfinished()!) : Decoded.NotYet;
    }

    private static Payload? AuthOf(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ArgumentReader.DepthMax });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("What a client connects with is no object.");
        }

        reader.Skip();
        reader.Read();
        return new Payload(json.ToArray());
    }

    private Decoded WithArguments(PacketHead head, ReadOnlySpan<byte> json, int length)
    {
        if (head.Attachments > limits.AttachmentsPerPacketMax)
        {
            return Decoded.Wrong("A packet has too many attachments.");
        }

        var isEvent = head.Type is PacketType.Event or PacketType.BinaryEvent;
        var reader = new ArgumentReader(json, head.Attachments);
        var arguments = reader.Read(isEvent, limits.ArgumentsPerEventMax);
        if (reader.Name is { } name && Reserved.Contains(name))
        {
            return Decoded.Wrong("An event has a name that is not for events.");
        }

        var unfinished = new Unfinished(head, reader.Name ?? "", arguments, length);
        if (unfinished.IsComplete)
        {
            return Decoded.Whole(unfinished.Finish());
        }

        _unfinished = unfinished;
        return Decoded.NotYet;
    }

    /// <summary>A packet whose attachments come.</summary>
    private sealed class Unfinished(PacketHead head, string name, ImmutableArray<Argument> arguments, int textBytes)
    {
        private readonly List<byte[]> _attachments = [];

        public int Bytes { get; private set; } = textBytes;

        public bool IsComplete => _attachments.Count == head.Attachments;

        public void Add(byte[] attachment)
        {
            _attachments.Add(attachment);
            Bytes += attachment.Length;
        }

        /// <summary>As whole as it is: attachments that did not come are empty.</summary>
        public Packet Finish()
        {
            while (!IsComplete)
            {
                _attachments.Add([]);
            }

            byte[][] attachments = [.. _attachments];
            return head.Type is PacketType.Event or PacketType.BinaryEvent
                ? new Packet(PacketType.Event, head.Namespace, new SocketIoEvent(name, [.. arguments.Select(a => a.With(attachments))], head.Id))
                : new Packet(PacketType.Ack, head.Namespace);
        }
    }
}
