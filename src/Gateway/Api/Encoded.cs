using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Api;

/// <summary>A body, or a part of one, that many are answered with: the first one makes and encodes it, the others share the bytes.</summary>
/// <param name="isShared">False for what has binary parts, which every wire says in its own way: it is encoded each time.</param>
[JsonConverter(typeof(EncodedConverter))]
public sealed class Encoded<T>(Func<T> make, bool isShared = true) : IEncoded
{
    private readonly Lazy<T> _value = new(make);
    private byte[]? _utf8;

    public T Value => _value.Value;

    void IEncoded.Write(Utf8JsonWriter writer, JsonSerializerOptions options)
    {
        if (isShared)
        {
            writer.WriteRawValue(LazyInitializer.EnsureInitialized(ref _utf8, () => JsonSerializer.SerializeToUtf8Bytes(Value, Json.Wire)), skipInputValidation: true);
        }
        else
        {
            JsonSerializer.Serialize(writer, Value, options);
        }
    }
}

/// <summary>An <see cref="Encoded{T}"/> of whatever type.</summary>
internal interface IEncoded
{
    void Write(Utf8JsonWriter writer, JsonSerializerOptions options);
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

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => value.Write(writer, options);
    }
}
