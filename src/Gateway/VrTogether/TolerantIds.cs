using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.VrTogether;

/// <summary>
/// Reads ids on this wire, where an id is any text: one that nobody can have is that of nobody, so that it is refused like one that nobody has. Nothing is written with it.
/// </summary>
internal sealed class TolerantIds : JsonConverterFactory
{
    private const string Nobodys = "no-such-id";

    public override bool CanConvert(Type typeToConvert) => Array.Exists(
        typeToConvert.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Reader<>).MakeGenericType(typeToConvert))!;

    private sealed class Reader<TId> : JsonConverter<TId>
        where TId : struct, IId<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("An id is a text.");
            return TId.Of(IId<TId>.IsWellFormed(text) ? text! : Nobodys);
        }

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
