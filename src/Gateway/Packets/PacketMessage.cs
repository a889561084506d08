using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Orchestrator.Packets;

/// <summary>A message from a client on its packet socket, not looked at further than its fields; <see cref="PacketFrames"/> has the layout.</summary>
internal readonly ref struct PacketMessage(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>0 for one that is too short to say.</summary>
    public byte Type => _bytes.Length < PacketFrames.HeadLength ? (byte)0 : _bytes[0];

    /// <summary>The client's number of the stream; 0 for one that is too short to say.</summary>
    public uint Handle => _bytes.Length < PacketFrames.HeadLength ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);

    /// <summary>The client's number of the packet; 0 for any other message.</summary>
    public uint Seq => IsPacket ? BinaryPrimitives.ReadUInt32LittleEndian(_bytes[8..]) : 0;

    /// <summary>The client's time stamp; null for none.</summary>
    public long? SentAt => BinaryPrimitives.ReadInt64LittleEndian(_bytes[12..]) is var sentAt and not 0 ? sentAt : null;

    private bool IsPacket => Type == PacketFrames.PacketType && _bytes.Length >= PacketFrames.PacketHeadLength;

    private byte Flags => _bytes[1];

    /// <summary>Refusals: <see cref="RefusalCode.BadRequest"/> for what is not as the layout has it.</summary>
    public void DemandWellFormed()
    {
        Demand(_bytes.Length >= PacketFrames.HeadLength, $"A message has {PacketFrames.HeadLength} bytes at least.");
        Demand(Type is PacketFrames.StreamType or PacketFrames.PacketType, "There is no such type of message.");
        Demand(Type == PacketFrames.StreamType || IsPacket, $"A packet has {PacketFrames.PacketHeadLength} bytes at least.");
        Demand((Flags & ~(Type == PacketFrames.PacketType ? PacketFrames.IsJson : 0)) == 0, "A flag is set that there is not.");
        Demand(_bytes[2] == 0 && _bytes[3] == 0, "The third and the fourth byte are not 0.");
    }

    /// <summary>Which kind the client's number stands for. Refusals: <see cref="RefusalCode.BadRequest"/>.</summary>
    public string ReadKind()
    {
        var kind = _bytes[PacketFrames.HeadLength..];
        Demand(Utf8.IsValid(kind), "The kind is not valid UTF-8.");
        return Encoding.UTF8.GetString(kind);
    }

    /// <summary>What the packet carries; null for the JSON value null. Refusals: <see cref="RefusalCode.BadRequest"/>.</summary>
    public Payload? ReadPayload()
    {
        var payload = _bytes[PacketFrames.PacketHeadLength..];
        return (Flags & PacketFrames.IsJson) == 0 ? Payload.Binary(payload.ToArray()) : ReadJson(payload);
    }

    private static Payload? ReadJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Payload.DepthMax });
            var payload = JsonSerializer.Deserialize<Payload?>(ref reader, Json.Wire);
            // Nothing follows the value; what does is an error.
            reader.Read();
            return payload;
        }
        catch (JsonException)
        {
            throw Refusal.BadRequest("The payload is not valid JSON, or nested too deep.");
        }
    }

    private static void Demand(bool isTrue, string sentence)
    {
        if (!isTrue)
        {
            throw Refusal.BadRequest(sentence);
        }
    }
}
