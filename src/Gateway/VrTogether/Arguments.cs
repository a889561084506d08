using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Api;

namespace Orchestrator.VrTogether;

/// <summary>
/// What came with a request, read as clients of both versions write it: what they add is passed over; an optional parameter that is null, "" or 0 is absent; a number may be a text. What does not fit
/// is refused with <see cref="RefusalCode.BadRequest"/>.
/// </summary>
internal sealed class Arguments(ImmutableArray<Payload> given)
{
    private static readonly JsonSerializerOptions Options = MakeOptions();

    private readonly JsonElement? _object = ObjectOf(given);

    public bool IsEmpty => given.IsEmpty;

    /// <summary>Of a command: whether its object is there.</summary>
    public bool IsObject => _object is not null;

    /// <summary>The commandId of a command, whatever JSON it is; null without one.</summary>
    public Payload? CommandId => _object is { } o && o.TryGetProperty("commandId"u8, out var id) ? Payload.PartOf(id, []) : null;

    /// <summary>Of a command: whether the parameter is there.</summary>
    public bool Has(string name) => _object is { } o && o.TryGetProperty(name, out var value) && !IsFalsy(value);

    /// <summary>Of a command: whether the parameter is a text, if an empty one.</summary>
    public bool IsText(string name) => _object is { } o && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>Of a command: one parameter.</summary>
    public T? Value<T>(string name) => Has(name) ? Read<T>(DemandObject().GetProperty(name).GetRawText(), name) : default;

    /// <summary>Of a command: one parameter that must be there.</summary>
    public T Demanded<T>(string name) => Has(name) ? Value<T>(name)! : throw Missing(name);

    /// <summary>Of a command: one parameter that is passed on unread, with its binary parts.</summary>
    public Payload Opaque(string name) =>
        DemandObject().TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? Shallow(Payload.PartOf(value, given[0].Attachments))
            : throw Missing(name);

    /// <summary>All parameters of a command, none of which takes binary data.</summary>
    public T Object<T>()
    {
        var all = DemandObject();
        DemandNoBinary(0);
        var present = all.EnumerateObject().Where(p => !(ParametersOf<T>.Optional.Contains(p.Name) && IsFalsy(p.Value)));
        return Read<T>(present.Aggregate(new PresentParameters(), static (text, p) => text.Add(p)).ToString(), null)!;
    }

    /// <summary>Of a packet: the argument at a position, without binary data.</summary>
    public T? Value<T>(int index, string name)
    {
        if (index >= given.Length || (given[index].Attachments.IsEmpty && given[index].IsFalsy))
        {
            return default;
        }

        DemandNoBinary(index);
        return Read<T>(given[index].ToString(), name);
    }

    /// <summary>Of a packet: an argument that is passed on unread, with its binary parts.</summary>
    public Payload? Opaque(int index) => index < given.Length ? Shallow(given[index]) : null;

    private static Payload Shallow(Payload payload) =>
        payload.IsTooDeep ? throw Refusal.BadRequest($"Objects and arrays nest deeper than {Payload.DepthMax}.") : payload;

    /// <summary>Null for what is no object, or has a key that is no text.</summary>
    private static JsonElement? ObjectOf(ImmutableArray<Payload> given)
    {
        if (given is not [{ Utf8: [(byte)'{', ..] } first, ..])
        {
            return null;
        }

        var all = JsonElement.Parse(first.Utf8);
        try
        {
            return all.EnumerateObject().All(static p => p.Name is not null) ? all : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsFalsy(JsonElement value) =>
        JsonMarshal.GetRawUtf8Value(value) is [(byte)'0'] or [(byte)'"', (byte)'"'] || value.ValueKind == JsonValueKind.Null;

    private static T? Read<T>(string json, string? name)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Refusal.BadRequest((name, e) switch
            {
                (null, JsonException wrong) => JsonSentences.Of(wrong),
                (null, _) => "The parameters do not fit the command.",
                _ => $"The parameter '{name}' is wrong.",
            });
        }
    }

    private static Refusal Missing(string name) => Refusal.BadRequest($"Required parameters are missing: '{name}'.");

    private JsonElement DemandObject() => _object ?? throw Refusal.BadRequest("The parameters are missing: they are one object.");

    private void DemandNoBinary(int index)
    {
        if (!given[index].Attachments.IsEmpty)
        {
            throw Refusal.BadRequest("There is binary data where JSON is needed.");
        }
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Json.ConfigureWire(options);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString;
        options.Converters.Insert(0, new TolerantIds());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
