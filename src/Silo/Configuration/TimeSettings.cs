using System.Globalization;
using Orchestrator.Clocks;

namespace Orchestrator.Configuration;

/// <summary>Reads the section "Time". By hand, because a source is a word or an object.</summary>
internal static class TimeSettings
{
    public static TimeOptions Read(IConfigurationSection section)
    {
        DemandKnown(section, nameof(TimeOptions.Sources), nameof(TimeOptions.TimeoutMs));
        var sources = section.GetSection(nameof(TimeOptions.Sources));
        var options = TimeOptions.Default with
        {
            TimeoutMs = Number(section.GetSection(nameof(TimeOptions.TimeoutMs)), TimeOptions.TimeoutMsDefault, 1, TimeOptions.TimeoutMsMax),
        };
        if (!string.IsNullOrEmpty(sources.Value))
        {
            throw new ConfigurationException($"'{sources.Path}' is '{sources.Value}'; it is a list.");
        }

        // A list that is there and empty is a wish: no source.
        return sources.Exists() ? options with { Sources = [.. sources.GetChildren().Select(Source)] } : options;
    }

    private static TimeSource Source(IConfigurationSection section)
    {
        if (section.Value is { } word)
        {
            return word == TimeSource.LocalName
                ? TimeSource.Local
                : throw new ConfigurationException($"'{section.Path}' is '{word}'; it can be \"{TimeSource.LocalName}\" or an object with Server and Port.");
        }

        DemandKnown(section, nameof(TimeSource.Server), nameof(TimeSource.Port));
        var server = section[nameof(TimeSource.Server)];
        return string.IsNullOrWhiteSpace(server)
            ? throw new ConfigurationException($"'{section.Path}:{nameof(TimeSource.Server)}' is missing.")
            : new TimeSource(server, Number(section.GetSection(nameof(TimeSource.Port)), TimeSource.PortDefault, 1, ushort.MaxValue));
    }

    private static int Number(IConfigurationSection section, int byDefault, int min, int max)
    {
        if (!section.Exists())
        {
            return byDefault;
        }

        return int.TryParse(section.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new ConfigurationException($"'{section.Path}' is '{section.Value}'; it can be {min} to {max}.");
    }

    private static void DemandKnown(IConfigurationSection section, params string[] known)
    {
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new ConfigurationException($"The configuration key '{child.Path}' is unknown; known are {string.Join(", ", known)}.");
            }
        }
    }
}
