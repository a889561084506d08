using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Storage;

/// <summary>What the stores have in common about a grain's record: its ETag is a version, its state is JSON.</summary>
internal static class GrainRecord
{
    /// <summary>The version that the grain knows; null when it knows of no record.</summary>
    public static long? Known(string? etag, string stateName, GrainId grainId) => etag switch
    {
        null => null,
        _ when long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) => version,
        _ => throw Conflict(stateName, grainId),
    };

    public static string ETag(long version) => version.ToString(CultureInfo.InvariantCulture);

    public static InconsistentStateException Conflict(string stateName, GrainId grainId) =>
        new($"The state {stateName} of {grainId} was changed by somebody else in between.");

    public static T? State<T>(byte[] data, JsonSerializerOptions json, string stateName, GrainId grainId)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(data, json);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"The stored state {stateName} of {grainId} cannot be understood: {e.Message}", e);
        }
    }
}
