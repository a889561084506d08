using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>The one way in which records become JSON: on the wires (strict) and in the store (tolerant of what a newer version adds).</summary>
public static class Json
{
    /// <summary>For the wires: unknown, missing and null parameters are errors with a path.</summary>
    public static JsonSerializerOptions Wire { get; } = Make(JsonUnmappedMemberHandling.Disallow);

    /// <summary>For the store and for remembered replies.</summary>
    public static JsonSerializerOptions Store { get; } = Make(JsonUnmappedMemberHandling.Skip, StoreDepthMax);

    // What a client gave lies a few levels deeper in its record than on the wire, and a record that was written must be readable.
    private const int StoreDepthMax = 256;

    private static JsonSerializerOptions Make(JsonUnmappedMemberHandling unmapped, int depthMax = 0)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { MaxDepth = depthMax };
        Configure(options, unmapped);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Gives another set of options the rules of <see cref="Wire"/>.</summary>
    public static void ConfigureWire(JsonSerializerOptions options) => Configure(options, JsonUnmappedMemberHandling.Disallow);

    private static void Configure(JsonSerializerOptions options, JsonUnmappedMemberHandling unmapped)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = unmapped;
        options.AllowDuplicateProperties = false;
        // What is absent is null in the store; on the wire it is a mistake, unless the record gives a default.
        options.RespectNullableAnnotations = unmapped == JsonUnmappedMemberHandling.Disallow;
        options.RespectRequiredConstructorParameters = unmapped == JsonUnmappedMemberHandling.Disallow;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Nothing here is ever put into a page unescaped, and names of people are not all ASCII.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
    }
}
