using System.Reflection;

namespace Orchestrator.Api;

/// <summary>Which build this is.</summary>
public sealed record VersionBody(string OrchestratorVersion, string Revision);

/// <summary>Commands about the orchestrator itself.</summary>
public sealed class SystemCommands
{
    public SystemCommands() => GetOrchestratorVersion = new("GetOrchestratorVersion", static (_, _) => Task.FromResult(new Answer<VersionBody>(Version)));

    public static VersionBody Version { get; } = ReadVersion();

    public Command<NoParameters, VersionBody> GetOrchestratorVersion { get; }

    private static VersionBody ReadVersion()
    {
        var text = typeof(SystemCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var parts = text.Split('+', 2);
        return new VersionBody(parts[0], parts.Length > 1 ? parts[1] : "unknown");
    }
}
