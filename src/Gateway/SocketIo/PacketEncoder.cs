using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.EngineIo;

namespace Orchestrator.SocketIo;

/// <summary>
/// Says events and acknowledgements as Socket.IO packets, ready to be sent: the text and its binary attachments, which follow it at once. An argument is any record, and every
/// <see cref="Payload"/> in it keeps its binary parts.
/// </summary>
public sealed class PacketEncoder(EngineIoVersion version, string @namespace)
{
    private static readonly JsonSerializerOptions Options = MakeOptions();

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>An event.</summary>
    public byte[] Event(string name, params ReadOnlySpan<object?> arguments) => Encode('2', '5', null, name, arguments);

    /// <summary>The acknowledgement of an event that asked for one.</summary>
    public byte[] Ack(long id, params ReadOnlySpan<object?> arguments) => Encode('3', '6', id, null, arguments);

    private byte[] Encode(char type, char binaryType, long? id, string? name, ReadOnlySpan<object?> arguments)
    {
        var scratch = _scratch ??= new Scratch();
        scratch.Clear();
        scratch.Writer.WriteStartArray();
        if (name is not null)
        {
            scratch.Writer.WriteStringValue(name);
        }

        foreach (var argument in arguments)
        {
            JsonSerializer.Serialize(scratch.Writer, argument, argument?.GetType() ?? typeof(object), Options);
        }

        scratch.Writer.WriteEndArray();
        scratch.Writer.Flush();

        var attachments = scratch.Attachments;
        var head = new StringBuilder();
        _ = attachments.Count == 0 ? head.Append(type) : head.Append(binaryType).Append(CultureInfo.InvariantCulture, $"{attachments.Count}-");
        if (@namespace != "/")
        {
            head.Append(@namespace).Append(',');
        }

        head.Append(id?.ToString(CultureInfo.InvariantCulture));
        var prefix = Encoding.UTF8.GetBytes(head.ToString());

        var frames = scratch.Frames;
        Frames.WriteText(frames, prefix, scratch.Json.WrittenSpan);
        foreach (var attachment in attachments)
        {
            Frames.WriteBinary(frames, version, attachment);
        }

        return frames.WrittenSpan.ToArray();
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(Json.Wire);
        options.Converters.Add(new AttachingConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>What a thread encodes with, one packet after the other.</summary>
    private sealed class Scratch
    {
        private const int KeptMax = 1_048_576;

        public Scratch() => Writer = new Utf8JsonWriter(Json, new JsonWriterOptions { Encoder = Options.Encoder, SkipValidation = true });

        public ArrayBufferWriter<byte> Json { get; private set; } = new(1_024);

        public ArrayBufferWriter<byte> Frames { get; private set; } = new(1_024);

        public Utf8JsonWriter Writer { get; }

        public List<byte[]> Attachments { get; } = [];

        public void Clear()
        {
            Json = Kept(Json);
            Frames = Kept(Frames);
            Attachments.Clear();
            Writer.Reset(Json);
        }

        private static ArrayBufferWriter<byte> Kept(ArrayBufferWriter<byte> buffer)
        {
            if (buffer.Capacity > KeptMax)
            {
                return new ArrayBufferWriter<byte>(1_024);
            }

            buffer.ResetWrittenCount();
            return buffer;
        }
    }

    /// <summary>Keeps the binary parts of a payload aside, and numbers them through the packet.</summary>
    private sealed class AttachingConverter : JsonConverter<Payload>
    {
        public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options)
        {
            var attachments = _scratch!.Attachments;
            writer.WriteRawValue(value.WithPlaceholdersFrom(attachments.Count), skipInputValidation: true);
            attachments.AddRange(value.Attachments);
        }
    }
}
