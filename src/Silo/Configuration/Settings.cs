using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Orchestrator.Storage;

namespace Orchestrator.Configuration;

/// <summary>Everything that can be configured, read and checked before anything starts. A key that nobody knows is an error.</summary>
public sealed record Settings(Limits Limits, GatewayOptions Gateway, StorageOptions Storage)
{
    private const string EnvironmentPrefix = "ORCHESTRATOR_";

    // Read by ASP.NET Core itself, which has its own rules for them.
    private static readonly string[] Foreign = ["Logging"];

    public static IConfigurationRoot Sources(FileInfo? file)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
        {
            if (!file.Exists)
            {
                throw new ConfigurationException($"There is no configuration file {file.FullName}.");
            }

            builder.AddJsonFile(file.FullName, optional: false, reloadOnChange: false);
        }

        try
        {
            return builder.AddEnvironmentVariables(EnvironmentPrefix).Build();
        }
        catch (InvalidDataException e)
        {
            throw new ConfigurationException($"The configuration file {file?.FullName} is not valid JSON: {e.InnerException?.Message ?? e.Message}");
        }
    }

    public static Settings Read(IConfiguration configuration)
    {
        var known = new[] { nameof(Limits), nameof(Gateway), nameof(Storage) };
        foreach (var section in configuration.GetChildren())
        {
            if (!known.Concat(Foreign).Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new ConfigurationException($"The configuration key '{section.Key}' is unknown; known are {string.Join(", ", known.Concat(Foreign))}.");
            }
        }

        return new Settings(
            Read<Limits>(configuration.GetSection(nameof(Limits))),
            Read<GatewayOptions>(configuration.GetSection(nameof(Gateway))),
            Read<StorageOptions>(configuration.GetSection(nameof(Storage))));
    }

    private static T Read<T>(IConfigurationSection section)
        where T : class, new()
    {
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite || p.PropertyType.IsAssignableTo(typeof(System.Collections.IEnumerable)))
            .ToArray();
        foreach (var child in section.GetChildren())
        {
            var property = properties.FirstOrDefault(p => string.Equals(p.Name, child.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new ConfigurationException($"The configuration key '{child.Path}' is unknown; known are {string.Join(", ", properties.Select(p => p.Name))}.");
            if (child.Value is not null && property.PropertyType.IsEnum && !Enum.TryParse(property.PropertyType, child.Value, ignoreCase: true, out _))
            {
                throw new ConfigurationException($"'{child.Path}' is '{child.Value}'; it can be {string.Join(", ", Enum.GetNames(property.PropertyType))}.");
            }
        }

        var options = new T();
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException(e.Message);
        }

        var wrong = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true)
            ? options
            : throw new ConfigurationException(string.Join(" ", wrong.Select(w => $"{section.Path}:{string.Join(",", w.MemberNames)}: {w.ErrorMessage}")));
    }
}
