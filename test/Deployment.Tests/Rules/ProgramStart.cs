using System.Text;
using Microsoft.Extensions.Configuration;
using Orchestrator.Configuration;
using Orchestrator.Hosting;

namespace Orchestrator.Deployment.Rules;

/// <summary>Asks the program itself what it thinks of a command line and of an environment.</summary>
internal static class ProgramStart
{
    private const string Prefix = "ORCHESTRATOR_";
    private const string Cluster = "Cluster:";
    private const string ClusterOption = "--cluster";
    private const string PostgresFile = "Storage:PostgresFile";
    private const string Connection = "Host=postgres;Database=orchestrator;Username=orchestrator;Password=for-trying-only";

    // The cluster engine's; this build has the other one.
    private static readonly string[] ClusterKeys = ["Cluster:Name", "Cluster:SiloName", "Cluster:Address", "Cluster:SiloPort"];

    private static readonly string[] Unprefixed = ["ADMIN_USER", "ADMIN_PASSWORD"];

    /// <summary>What it has against a command line.</summary>
    public static IEnumerable<string> Arguments(IEnumerable<string> arguments) =>
        OrchestratorCommand.Create().Parse([.. arguments.Where(argument => argument != ClusterOption)]).Errors.Select(error => error.Message);

    /// <summary>What it has against an environment, and a configuration file below it.</summary>
    public static IEnumerable<string> Environment(IReadOnlyDictionary<string, string> environment, string? configuration)
    {
        var ours = environment.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(variable => variable.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), variable => variable.Value, StringComparer.Ordinal);
        var cluster = ours.Keys.Where(key => key.StartsWith(Cluster, StringComparison.Ordinal)).ToList();
        return
        [
            .. environment.Keys.Where(name => !name.StartsWith(Prefix, StringComparison.Ordinal)).Except(Unprefixed).Select(name => $"nobody reads {name}"),
            .. cluster.Except(ClusterKeys).Select(key => $"the key {key} is unknown"),
            .. Read(ours.Where(setting => !cluster.Contains(setting.Key)), configuration),
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
