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

    public static InconsistentStateException Conflict(string stateName, GrainId grainId) =>
        new($"The state {stateName} of {grainId} was changed by somebody else in between.");

    /// <summary>Takes what was found. Where there is nothing, what the state begins with is the engine's to say.</summary>
    public static void Found<T>(StateRow? row, JsonSerializerOptions json, string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (row is not null)
        {
            grainState.State = State<T>(row.Data, json, stateName, grainId)!;
        }
        Stands(grainState, row?.Version);
    }

    /// <summary>The record stands at this version now; null: there is none any more.</summary>
    public static void Stands<T>(IGrainState<T> grainState, long? version)
    {
        grainState.ETag = version?.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = version is not null;
    }

    private static T? State<T>(byte[] data, JsonSerializerOptions json, string stateName, GrainId grainId)
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

/// <summary>A grain's record as it lies in the store.</summary>
internal sealed record StateRow(long Version, byte[] Data);
