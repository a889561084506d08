using System.Text;
using Microsoft.Extensions.Configuration;
using Orchestrator.Configuration;
using Orchestrator.Hosting;

namespace Orchestrator.Deployment.Rules;

/// <summary>Asks the program itself what it thinks of a command line and of an environment.</summary>
internal static class ProgramStart
{
    private const string Prefix = "ORCHESTRATOR_";
    private const string PostgresFile = "Storage:PostgresFile";
    private const string Connection = "Host=postgres;Database=orchestrator;Username=orchestrator;Password=for-trying-only";

    private static readonly string[] Unprefixed = ["ADMIN_USER", "ADMIN_PASSWORD", "OTEL_RESOURCE_ATTRIBUTES"];

    /// <summary>What it has against a command line.</summary>
    public static IEnumerable<string> Arguments(IEnumerable<string> arguments) =>
        OrchestratorCommand.Create().Parse([.. arguments]).Errors.Select(error => error.Message);

    /// <summary>What it has against an environment, and a configuration file below it.</summary>
    public static IEnumerable<string> Environment(IReadOnlyDictionary<string, string> environment, string? configuration)
    {
        var ours = environment.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create(variable.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), variable.Value));
        return
        [
            .. environment.Keys.Where(name => !name.StartsWith(Prefix, StringComparison.Ordinal)).Except(Unprefixed)
                .Where(name => !environment.Values.Any(value => value.Contains($"$({name})", StringComparison.Ordinal)))
                .Select(name => $"nobody reads {name}"),
            .. Read(ours, configuration),
        ];
    }

    private static IEnumerable<string> Read(IEnumerable<KeyValuePair<string, string>> settings, string? configuration)
    {
        // Here the file of the secret is not mounted.
        var readable = settings.Select(setting => setting.Key == PostgresFile ? KeyValuePair.Create("Storage:Postgres", Connection) : setting);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(configuration ?? "{}"));
        try
        {
            _ = Settings.Read(new ConfigurationBuilder().AddJsonStream(json).AddInMemoryCollection(readable!).Build());
            return [];
        }
        catch (Exception e) when (e is ConfigurationException or InvalidDataException or FormatException)
        {
            return [e.Message];
        }
    }
}
