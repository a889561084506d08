using System.Globalization;
using System.Runtime.CompilerServices;

namespace Orchestrator.Tests;

/// <summary>What the environment says about a run: ORCHESTRATOR_CUTS and ORCHESTRATOR_SEED.</summary>
internal static class RunSettings
{
    private static int? _cuts;
    private static int? _seed;

    /// <summary>How often connections break in the long test.</summary>
    public static int Cuts => _cuts ?? 60;

    /// <summary>A random one, unless a run is to be repeated.</summary>
    public static int Seed => _seed ?? (int)(TimeProvider.System.GetTimestamp() % 1_000_000);

    /// <summary>Takes them out of the environment: a server in this process would find keys there that it does not know.</summary>
    [ModuleInitializer]
    internal static void Take()
    {
        _cuts = Take("ORCHESTRATOR_CUTS");
        _seed = Take("ORCHESTRATOR_SEED");
    }

    private static int? Take(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);
    }
}
