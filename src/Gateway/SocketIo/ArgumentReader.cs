using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.SocketIo;

/// <summary>
/// Reads the JSON array of an event or an acknowledgement. Of what it holds, only the name is understood; the arguments are cut out as they stand, and the objects in them that stand for
/// binary parts are found.
/// </summary>
internal ref struct ArgumentReader
{
    /// <summary>How deep a packet's objects and arrays may nest, its own array included.</summary>
    public const int DepthMax = 64;

    private readonly ReadOnlySpan<byte> _json;
    private readonly int _attachments;
    private readonly bool[] _used;
    private readonly List<Part> _parts = [];
    private readonly Level[] _levels;
    private Utf8JsonReader _reader;

    public ArgumentReader(ReadOnlySpan<byte> json, int attachments)
    {
        _json = json;
        _attachments = attachments;
        _used = attachments == 0 ? [] : new bool[attachments];
        _levels = attachments == 0 ? [] : new Level[DepthMax + 1];
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <summary>The array's first value, where that must be the name of an event.</summary>
    public string? Name { get; private set; }

    /// <summary>Reads all of it. What is no such JSON throws a <see cref="JsonException"/>.</summary>
    public ImmutableArray<Argument> Read(bool isEvent, int argumentsMax)
    {
        _reader.Read();
        Demand(_reader.TokenType == JsonTokenType.StartArray, "A packet is no array.");
        if (isEvent)
        {
            _reader.Read();
            Demand(_reader.TokenType == JsonTokenType.String, "An event has no name.");
            Name = _reader.GetString();
        }

        var arguments = ImmutableArray.CreateBuilder<Argument>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            Demand(arguments.Count < argumentsMax, "An event has too many arguments.");
            arguments.Add(ReadArgument());
        }

        // Demands that nothing follows.
        _reader.Read();
        Demand(Array.TrueForAll(_used, static u => u), "A packet does not mention an attachment that it announces.");
        return arguments.DrainToImmutable();
    }

    private static void Demand(bool isSo, string orElse)
    {
        if (!isSo)
        {
            throw new JsonException(orElse);
        }
    }

    private Argument ReadArgument()
    {
        var start = (int)_reader.TokenStartIndex;
        _parts.Clear();
        if (_attachments == 0)
        {
            _reader.Skip();
        }
        else
        {
            FindParts();
        }

        var json = _json[start..(int)_reader.BytesConsumed];
        return new Argument(Renumbered(json, start), [.. _parts.Select(static p => p.Number)]);
    }

    private void FindParts()
    {
        var depth = _reader.CurrentDepth;
        do
        {
            Look();
        }
        while ((_reader.CurrentDepth > depth || _reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && _reader.Read());
    }

    private void Look()
    {
        if (_reader.ValueIsEscaped && _reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            // What has binary parts is written anew when it is sent on, and half of a character pair cannot be.
            _reader.GetString();
        }

        ref var level = ref _levels[_reader.CurrentDepth];
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                // What is in it is one level deeper.
                _levels[_reader.CurrentDepth + 1] = default;
                break;
            case JsonTokenType.PropertyName:
                level.Properties++;
                level.IsAtMark = _reader.ValueTextEquals("_placeholder"u8);
                level.IsAtNumber = _reader.ValueTextEquals("num"u8);
                break;
            case JsonTokenType.True when level.IsAtMark:
                level.IsPart = true;
                break;
            case JsonTokenType.Number when level.IsAtNumber:
                level.HasNumber = _reader.TryGetInt32(out var number) && number >= 0;
                level.Part = new Part(number, (int)_reader.TokenStartIndex, _reader.ValueSpan.Length);
                break;
            case JsonTokenType.EndObject:
                Close(_levels[_reader.CurrentDepth + 1]);
                break;
        }
    }

    private readonly void Close(Level level)
    {
        if (!level.IsPart)
        {
            return;
        }

        var part = level.Part;
        Demand(level is { HasNumber: true, Properties: 2 } && part.Number < _attachments, "A placeholder stands for no attachment of its packet.");
        Demand(!_used[part.Number], "Two placeholders stand for one attachment.");
        _used[part.Number] = true;
        _parts.Add(part);
    }

    /// <summary>A copy in which the parts are numbered from 0.</summary>
    private readonly byte[] Renumbered(ReadOnlySpan<byte> json, int start)
    {
        var isRight = true;
        for (var i = 0; i < _parts.Count; i++)
        {
            isRight &= _parts[i].Number == i;
        }

        if (isRight)
        {
            return json.ToArray();
        }

        var output = new ArrayBufferWriter<byte>(json.Length);
        var at = 0;
        for (var i = 0; i < _parts.Count; i++)
        {
            output.Write(json[at..(_parts[i].At - start)]);
            output.Write(Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
            at = _parts[i].At - start + _parts[i].Length;
        }

        output.Write(json[at..]);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Where the number of a binary part stands.</summary>
    private readonly record struct Part(int Number, int At, int Length);

    /// <summary>What is known of the object that is being read at a depth.</summary>
    private struct Level
    {
        public int Properties;
        public bool IsAtMark;
        public bool IsAtNumber;
        public bool IsPart;
        public bool HasNumber;
        public Part Part;
    }
}
