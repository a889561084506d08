using System.Globalization;

namespace Orchestrator.Tests;

/// <summary>What the environment says about a run: TEST_CUTS and TEST_SEED.</summary>
internal static class RunSettings
{
    /// <summary>How often connections break in the long test.</summary>
    public static int Cuts { get; } = Read("TEST_CUTS") ?? 60;

    /// <summary>A random one, unless a run is to be repeated.</summary>
    public static int Seed => Read("TEST_SEED") ?? (int)(TimeProvider.System.GetTimestamp() % 1_000_000);

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
