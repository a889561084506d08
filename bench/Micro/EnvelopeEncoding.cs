using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Orchestrator.Delivery;
using Orchestrator.SignalR;

namespace Orchestrator.Micro;

/// <summary>An envelope to bytes of the SignalR wire, once per event and gateway. The floor writes the same members by hand.</summary>
public class EnvelopeEncoding
{
    private readonly SignalRDialect _dialect = Samples.Dialect();
    private readonly Envelope _envelope = new(Samples.Source, new Position(1_700_000_000_000, 1_234), Audience.Everyone, Samples.Event);
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);

    [Benchmark(Baseline = true)]
    public byte[] ByHandFloor()
    {
        _buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_buffer);
        json.WriteStartObject();
        json.WriteNumber("type"u8, 1);
        json.WriteString("target"u8, "SceneEventToUser"u8);
        json.WriteStartArray("arguments"u8);
        json.WriteStartObject();
        json.WriteString("sceneEventFrom"u8, Samples.Sender.Value);
        json.WritePropertyName("sceneEventData"u8);
        json.WriteRawValue(Samples.Payload.Utf8, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("source"u8, _envelope.Source.Key);
        json.WriteNumber("epoch"u8, _envelope.At.Epoch);
        json.WriteNumber("seq"u8, _envelope.At.Seq);
        json.WriteNumber("prev"u8, _envelope.At.Seq - 1);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    [Benchmark]
    public ReadOnlyMemory<byte> Dialect() => _dialect.Encode(_envelope, 1_233);
}
