using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Orchestrator.Administration;
using Orchestrator.Clocks;
using Orchestrator.Cluster;
using Orchestrator.Hosting;
using Orchestrator.Storage;

namespace Orchestrator.Configuration;

/// <summary>Everything that can be configured, read and checked before anything starts. A key that nobody knows is an error.</summary>
public sealed record Settings(Limits Limits, GatewayOptions Gateway, StorageOptions Storage, AdminOptions Admin, TimeOptions Time, TelemetryOptions Telemetry, ClusterOptions Cluster, FeedOptions Feed, DeliveryOptions Delivery)
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
            return builder.AddInMemoryCollection(AdminSettings.OfEnvironment()).AddEnvironmentVariables(EnvironmentPrefix).Build();
        }
        catch (InvalidDataException e)
        {
            throw new ConfigurationException($"The configuration file {file?.FullName} is not valid JSON: {e.InnerException?.Message ?? e.Message}");
        }
    }

    public static Settings Read(IConfiguration configuration)
    {
        var known = new[] { nameof(Limits), nameof(Gateway), nameof(Storage), nameof(Admin), nameof(Time), nameof(Telemetry), nameof(Cluster), nameof(Feed), nameof(Delivery) };
        foreach (var section in configuration.GetChildren())
        {
            if (!known.Concat(Foreign).Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new ConfigurationException($"The configuration key '{section.Key}' is unknown; known are {string.Join(", ", known.Concat(Foreign))}.");
            }

            if (!string.IsNullOrEmpty(section.Value))
            {
                throw new ConfigurationException($"'{section.Path}' is '{section.Value}'; it is a section and has no value of its own.");
            }
        }

        var limits = Read<Limits>(configuration.GetSection(nameof(Limits)));
        var storage = PostgresSettings.Checked(Read<StorageOptions>(configuration.GetSection(nameof(Storage))));
        if (limits.ScenarioCatalogueBytesMax > storage.RecordBytesMax)
        {
            throw new ConfigurationException(
                $"'Limits:ScenarioCatalogueBytesMax' is {limits.ScenarioCatalogueBytesMax}; the catalogue is one record, and 'Storage:RecordBytesMax' is {storage.RecordBytesMax}.");
        }

        return new Settings(
            limits,
            Read<GatewayOptions>(configuration.GetSection(nameof(Gateway))),
            storage,
            AdminSettings.Checked(Read<AdminOptions>(configuration.GetSection(nameof(Admin))), limits),
            TimeSettings.Read(configuration.GetSection(nameof(Time))),
            TelemetrySettings.Checked(Read<TelemetryOptions>(configuration.GetSection(nameof(Telemetry)))),
            ClusterSettings.Checked(Read<ClusterOptions>(configuration.GetSection(nameof(Cluster)))),
            Read<FeedOptions>(configuration.GetSection(nameof(Feed))),
            DeliverySettings.Checked(Read<DeliveryOptions>(configuration.GetSection(nameof(Delivery)))));
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
            if (property.CanWrite && child.GetChildren().Any())
            {
                throw new ConfigurationException($"'{child.Path}' is a section or a list; it takes one value.");
            }

            if (child.Value is not null && property.PropertyType.IsEnum && !Enum.GetNames(property.PropertyType).Contains(child.Value, StringComparer.OrdinalIgnoreCase))
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
        foreach (var property in properties)
        {
            Validator.TryValidateProperty(property.GetValue(options), new ValidationContext(options) { MemberName = property.Name }, wrong);
        }

        return wrong.Count == 0
            ? options
            : throw new ConfigurationException(string.Join(" ", wrong.Select(w => $"{section.Path}:{string.Join(",", w.MemberNames)}: {w.ErrorMessage}")));
    }
}
