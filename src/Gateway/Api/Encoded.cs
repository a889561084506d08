using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Api;

/// <summary>A body that many are answered with: the first one makes and encodes it, the others share the bytes.</summary>
[JsonConverter(typeof(EncodedConverter))]
public sealed class Encoded<T>(Func<T> make) : IEncoded
{
    private byte[]? _utf8;
    private readonly Lazy<T> _value = new(make);

    public T Value => _value.Value;

    ReadOnlySpan<byte> IEncoded.Utf8 => LazyInitializer.EnsureInitialized(ref _utf8, () => JsonSerializer.SerializeToUtf8Bytes(Value, Json.Wire));
}

/// <summary>An <see cref="Encoded{T}"/> of whatever type.</summary>
internal interface IEncoded
{
    ReadOnlySpan<byte> Utf8 { get; }
}

/// <summary>Writes what was encoded before. Nothing of the kind is ever read.</summary>
internal sealed class EncodedConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsAssignableTo(typeof(IEncoded));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Writer<>).MakeGenericType(typeToConvert))!;

    private sealed class Writer<T> : JsonConverter<T>
        where T : IEncoded
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}
